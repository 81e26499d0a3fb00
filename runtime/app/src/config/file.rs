//! Reading `onevent.toml`: every value with its line, every mistake with its place.

use std::ops::Range;
use std::path::Path;
use std::sync::Arc;

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::key::Key;
use super::masked::{Syntax, mask_secrets};
use super::setting::{self, Found, Setting};
use super::value::{Kind, Value};
use super::{Entry, Origin};
use crate::error::ConfigError;
use crate::location::Location;

/// The file's name, in the project's folder.
pub(crate) const NAME: &str = "onevent.toml";

/// The largest file that is read, in bytes. Settings are a page or two.
const MAX_BYTES: u64 = 1024 * 1024;

/// Reads the project's file; no file means no entries.
///
/// # Errors
/// With the place in the file: bad TOML, an unknown key, a value of the wrong kind.
pub(crate) fn read(project: &Path) -> Result<Vec<Entry>, ConfigError> {
    let path = project.join(NAME);
    let unreadable = |error: &dyn std::fmt::Display| {
        ConfigError::project("config_unreadable", format!("{} cannot be read: {error}", path.display()))
    };
    match std::fs::metadata(&path) {
        Ok(found) if !found.is_file() => return Err(unreadable(&"it is not a regular file")),
        Ok(found) if found.len() > MAX_BYTES => return Err(unreadable(&"it is larger than 1 MiB")),
        Ok(_) => {}
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => return Err(unreadable(&error)),
    }
    let text = std::fs::read_to_string(&path).map_err(|error| unreadable(&error))?;
    parse(&text, project)
}

/// Reads the text of a file in the folder `project`.
pub(crate) fn parse(text: &str, project: &Path) -> Result<Vec<Entry>, ConfigError> {
    let text: Arc<str> = text.into();
    let parsed = DeTable::parse(&text);
    let syntax = if parsed.is_ok() { Syntax::Toml } else { Syntax::Broken };
    let reader = Reader { text: &text, shown: mask_secrets(&text, syntax), project };
    let root = parsed.map_err(|error| {
        let failure = ConfigError::project("invalid_config", format!("{NAME}: {}", error.message()));
        failure.at(reader.place(error.span().unwrap_or_default()))
    })?;
    let mut entries = Vec::new();
    reader.table(&Key::new::<String>([]), root.get_ref(), &mut entries)?;
    entries.sort_by_key(|(at, _)| *at);
    Ok(entries.into_iter().map(|(_, entry)| entry).collect())
}

struct Reader<'a> {
    text: &'a Arc<str>,
    /// The text as it may be shown in a code frame.
    shown: Arc<str>,
    project: &'a Path,
}

impl Reader<'_> {
    /// Collects the entries of one table, each with its offset in the file.
    fn table(
        &self,
        key: &Key,
        table: &DeTable<'_>,
        into: &mut Vec<(usize, Entry)>,
    ) -> Result<(), ConfigError> {
        for (name, value) in table {
            let key = key.child(name.get_ref());
            match (setting::find(&key), value.get_ref()) {
                (Found::Unknown { hint }, _) => {
                    let failure = ConfigError::project("unknown_setting", format!("unknown setting `{key}`"));
                    return Err(failure.hint_if(hint).at(self.place(name.span())));
                }
                (Found::Table, DeValue::Table(inner)) => self.table(&key, inner, into)?,
                (Found::Table, _) => {
                    let message = format!("`{key}` is a table");
                    let hint = format!("its settings: {}", setting::below(&key).join(", "));
                    return Err(self.invalid(message, Some(hint), value.span()));
                }
                (Found::Setting(setting), found) => {
                    let value = self.value(&key, setting, found, value.span())?;
                    let origin = Origin::File(self.place(name.span()));
                    into.push((name.span().start, Entry { key, setting, value, origin }));
                }
            }
        }
        Ok(())
    }

    fn value(
        &self,
        key: &Key,
        setting: &'static Setting,
        found: &DeValue<'_>,
        span: Range<usize>,
    ) -> Result<Value, ConfigError> {
        if setting.kind == Kind::VariableOnlySecret {
            let message = format!("`{key}` does not belong into a file");
            let hint = format!("set the environment variable {}", setting.variable(""));
            return Err(self.invalid(message, Some(hint), span));
        }
        let text = match (setting.kind, found) {
            (Kind::Networks | Kind::Hosts, DeValue::Array(items)) => self.list(key, setting, items)?,
            (Kind::Boolean, DeValue::Boolean(on)) => on.to_string(),
            (Kind::Networks | Kind::Hosts | Kind::Boolean, _) => {
                return Err(self.wrong_type(key, setting, span));
            }
            (_, DeValue::String(text)) => text.to_string(),
            (Kind::Size | Kind::Duration, DeValue::Integer(number)) if number.radix() == 10 => {
                number.as_str().to_owned()
            }
            _ => return Err(self.wrong_type(key, setting, span)),
        };
        let parsed = setting.kind.parse(&text, self.project);
        parsed.map_err(|invalid| self.invalid(format!("`{key}` {}", invalid.message), invalid.hint, span))
    }

    /// A list's items, as they would be written outside of TOML; each is checked at its own place.
    fn list(
        &self,
        key: &Key,
        setting: &'static Setting,
        items: &[Spanned<DeValue<'_>>],
    ) -> Result<String, ConfigError> {
        let mut texts = Vec::new();
        for item in items {
            let DeValue::String(text) = item.get_ref() else {
                return Err(self.wrong_type(key, setting, item.span()));
            };
            if let Err(invalid) = setting.kind.parse(text, self.project) {
                let message = format!("`{key}` {}", invalid.message);
                return Err(self.invalid(message, invalid.hint, item.span()));
            }
            texts.push(text.to_string());
        }
        Ok(texts.join(","))
    }

    fn wrong_type(&self, key: &Key, setting: &Setting, span: Range<usize>) -> ConfigError {
        let message = format!("`{key}` must be {}", setting.kind.description());
        self.invalid(message, None, span)
    }

    fn invalid(&self, message: String, hint: Option<String>, span: Range<usize>) -> ConfigError {
        ConfigError::project("invalid_setting", message).hint_if(hint).at(self.place(span))
    }

    fn place(&self, span: Range<usize>) -> Location {
        Location::of_span(NAME, self.text, span).with_text(Arc::clone(&self.shown))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn failure(text: &str) -> ConfigError {
        parse(text, Path::new("/p")).unwrap_err()
    }

    #[test]
    fn every_value_knows_its_line() {
        let text = "environment = \"prod\"\n\n[integrations.salesforce]\nbase_url = \"http://127.0.0.1:1\"\n\
                    [egress]\nallow = [\n  \"127.0.0.0/8\",\n]\n[functions.\"salesforce/setup\".limits]\nheap = 67108864\n";
        let entries = parse(text, Path::new("/p")).unwrap();
        let shown: Vec<_> =
            entries.iter().map(|e| (e.key.to_string(), e.value.to_string(), e.origin.to_string())).collect();
        let expected = [
            ("environment", "prod", "onevent.toml:1"),
            ("integrations.salesforce.base_url", "http://127.0.0.1:1", "onevent.toml:4"),
            ("egress.allow", "127.0.0.0/8", "onevent.toml:6"),
            ("functions.\"salesforce/setup\".limits.heap", "64MiB", "onevent.toml:10"),
        ];
        assert_eq!(shown, expected.map(|(a, b, c)| (a.to_owned(), b.to_owned(), c.to_owned())));
    }

    #[test]
    fn mistakes_name_their_place() {
        let at = |failure: ConfigError| failure.location.map(|p| (p.line, p.column)).unwrap();
        let unknown = failure("[limts]\nwall = \"1s\"\n");
        assert_eq!(unknown.hint.as_deref(), Some("did you mean `limits`?"));
        assert_eq!(at(unknown), (1, 2));
        assert_eq!(at(failure("[limits]\nwall = \"soon\"\n")), (2, 8));
        assert_eq!(at(failure("[egress]\nallow = [\"10.0.0.0/8\", \"x\"]\n")), (2, 24));
        assert_eq!(at(failure("limits = 5\n")), (1, 10));
        assert_eq!(at(failure("[limits]\nwall = \n")).0, 2);
        assert_eq!(failure("[limits]\nwall = 10\n").code, "invalid_setting");
        assert!(failure("encryption_key = \"k\"").hint.unwrap().contains("ONEVENT_ENCRYPTION_KEY"));
    }

    #[test]
    fn a_frame_never_shows_a_secret() {
        for text in [
            "[integrations.x]\nclient_secret = hunter2ö\n",
            "[integrations]\nx = { client_secret = \"hunter2\", colour = 1 }\n",
            "encryption_key = \"hunter2\"",
            "[variables]\nA = \"hunter2\"\nB = \"\"\"\nhunter2\n\"\"\"\nC = 5\n",
            "variables = { A = \"hunter2\", B = 5 }\n",
        ] {
            let failure = failure(text);
            let excerpt = failure.location.clone().unwrap().excerpt.unwrap();
            assert_eq!(excerpt.text.len(), text.len());
            assert!(!excerpt.text.contains("hunter2") && !failure.message.contains("hunter2"), "{failure:?}");
        }
    }
}
