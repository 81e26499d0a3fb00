//! A file of templates: named JSON objects, with the line where each starts.

use indexmap::IndexMap;
use onevent_contract::JsonObject;
use serde_json::Value;
use serde_yaml_ng::Value as Yaml;

use super::ProvidersError;

/// The entries of one file, in its order.
pub(super) struct File<'t> {
    pub(super) origin: &'t str,
    text: &'t str,
    pub(super) entries: IndexMap<String, JsonObject>,
}

impl<'t> File<'t> {
    /// Reads YAML, as people write it.
    pub(super) fn from_yaml(text: &'t str, origin: &'t str) -> Result<Self, ProvidersError> {
        let syntax = |error: serde_yaml_ng::Error| ProvidersError::Syntax {
            origin: origin.into(),
            line: error.location().map(|location| location.line()),
            message: error.to_string(),
        };
        let mut document: Yaml = serde_yaml_ng::from_str(text).map_err(syntax)?;
        document.apply_merge().map_err(syntax)?;
        let not_a_mapping = || ProvidersError::NotAMapping { origin: origin.into() };
        let Yaml::Mapping(mapping) = document else { return Err(not_a_mapping()) };
        let mut file = Self { origin, text, entries: IndexMap::with_capacity(mapping.len()) };
        for (key, value) in mapping {
            let name = scalar(&key).ok_or_else(not_a_mapping)?;
            let value = json(value).map_err(|message| file.entry_error(&name, message))?;
            file.add(name, value)?;
        }
        Ok(file)
    }

    /// Reads the JSON that the build script has made of YAML.
    pub(super) fn from_json(text: &'t str, origin: &'t str) -> Result<Self, ProvidersError> {
        let document: JsonObject = serde_json::from_str(text).map_err(|error| ProvidersError::Syntax {
            origin: origin.into(),
            line: Some(error.line()),
            message: error.to_string(),
        })?;
        let mut file = Self { origin, text, entries: IndexMap::with_capacity(document.len()) };
        for (name, value) in document {
            file.add(name, value)?;
        }
        Ok(file)
    }

    fn add(&mut self, name: String, value: Value) -> Result<(), ProvidersError> {
        let Value::Object(mut entry) = value else {
            return Err(self.entry_error(&name, "expected a mapping"));
        };
        remove_empty(&mut entry);
        self.entries.insert(name, entry);
        Ok(())
    }

    pub(super) fn entry_error(&self, entry: &str, message: impl Into<String>) -> ProvidersError {
        ProvidersError::Entry {
            origin: self.origin.into(),
            line: self.line_of(entry),
            entry: entry.into(),
            message: message.into(),
        }
    }

    /// The line where an entry starts: entries are the keys that stand at the beginning of a line.
    pub(super) fn line_of(&self, entry: &str) -> Option<usize> {
        self.text
            .lines()
            .position(|line| {
                let line = line.trim_start_matches(['"', '\'']);
                line.strip_prefix(entry)
                    .is_some_and(|rest| rest.trim_start_matches(['"', '\'']).trim_start().starts_with(':'))
            })
            .map(|index| index + 1)
    }
}

/// A key without a value counts as absent: `headers:` alone says nothing.
fn remove_empty(object: &mut JsonObject) {
    object.retain(|_, value| !value.is_null());
    object.values_mut().for_each(remove_empty_below);
}

fn remove_empty_below(value: &mut Value) {
    match value {
        Value::Object(object) => remove_empty(object),
        Value::Array(items) => items.iter_mut().for_each(remove_empty_below),
        _ => {}
    }
}

/// YAML as JSON.
fn json(value: Yaml) -> Result<Value, String> {
    Ok(match value {
        Yaml::Null => Value::Null,
        Yaml::Bool(value) => Value::Bool(value),
        Yaml::String(value) => Value::String(value),
        Yaml::Number(number) => serde_json::to_value(&number).map_err(|error| error.to_string())?,
        Yaml::Sequence(items) => Value::Array(items.into_iter().map(json).collect::<Result<_, _>>()?),
        Yaml::Mapping(mapping) => {
            let mut object = JsonObject::new();
            for (key, value) in mapping {
                let key = scalar(&key).ok_or("a key must be a text, a number or a boolean")?;
                object.insert(key, json(value)?);
            }
            Value::Object(object)
        }
        Yaml::Tagged(tagged) => json(tagged.value)?,
    })
}

fn scalar(value: &Yaml) -> Option<String> {
    match value {
        Yaml::String(text) => Some(text.clone()),
        Yaml::Number(number) => Some(number.to_string()),
        Yaml::Bool(value) => Some(value.to_string()),
        Yaml::Null | Yaml::Sequence(_) | Yaml::Mapping(_) | Yaml::Tagged(_) => None,
    }
}
