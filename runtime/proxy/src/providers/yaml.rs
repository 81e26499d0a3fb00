//! From YAML text to named JSON objects, with the line where each starts.

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
    pub(super) fn parse(text: &'t str, origin: &'t str) -> Result<Self, ProvidersError> {
        let syntax = |error: serde_yaml_ng::Error| ProvidersError::Syntax {
            origin: origin.into(),
            line: error.location().map(|location| location.line()),
            message: error.to_string(),
        };
        let mut document: Yaml = serde_yaml_ng::from_str(text).map_err(syntax)?;
        document.apply_merge().map_err(syntax)?;
        let Yaml::Mapping(mapping) = document else {
            return Err(ProvidersError::NotAMapping { origin: origin.into() });
        };
        let mut file = Self { origin, text, entries: IndexMap::with_capacity(mapping.len()) };
        for (key, value) in mapping {
            let Some(name) = scalar(&key) else {
                return Err(ProvidersError::NotAMapping { origin: origin.into() });
            };
            match json(value) {
                Ok(Value::Object(entry)) => {
                    file.entries.insert(name, entry);
                }
                Ok(_) => return Err(file.entry_error(&name, "expected a mapping")),
                Err(message) => return Err(file.entry_error(&name, message)),
            }
        }
        Ok(file)
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

/// YAML as JSON. A key without a value counts as absent: `headers:` alone says nothing.
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
                let value = json(value)?;
                if !value.is_null() {
                    object.insert(key, value);
                }
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
