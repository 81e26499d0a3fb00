//! Reading `onevent.toml`: every value with its line, every mistake with its place.

use std::ops::Range;
use std::path::Path;
use std::sync::Arc;

use onevent_engine::read_text;
use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::assignment::{Assignment, Text};
use super::field::Form;
use super::key::Key;
use super::lookup::{self, Found};
use super::masked::{Syntax, mask_secrets};
use super::origin::Origin;
use super::setting::Setting;
use super::value::{Secrecy, Written};
use crate::error::{ConfigError, ConfigFile};
use crate::location::Location;

/// The file's name, in the project's folder.
pub(super) const NAME: &str = "onevent.toml";

/// The largest file that is read, in bytes. Settings are a page or two.
const MAX_BYTES: u64 = 1024 * 1024;

/// Reads the project's file; no file says nothing.
///
/// # Errors
/// With the place in the file: bad TOML, an unknown key, a value of the wrong type.
pub(super) fn read(project: &Path) -> Result<Vec<Assignment<'_>>, ConfigError> {
    let path = project.join(NAME);
    match read_text(&path, MAX_BYTES) {
        Ok(text) => parse(&text, project),
        Err(error) if error.is_missing() => Ok(Vec::new()),
        Err(error) => Err(ConfigError::Unreadable { file: ConfigFile::Settings, path, error }),
    }
}

/// Reads the text of a file in the folder `project`.
fn parse<'a>(text: &str, project: &'a Path) -> Result<Vec<Assignment<'a>>, ConfigError> {
    let text: Arc<str> = text.into();
    let parsed = DeTable::parse(&text);
    let syntax = if parsed.is_ok() { Syntax::Toml } else { Syntax::Broken };
    let reader = Reader { text: &text, shown: mask_secrets(&text, syntax), project };
    let root = parsed.map_err(|error| ConfigError::Syntax {
        message: error.message().to_owned(),
        location: reader.location(error.span().unwrap_or_default()),
    })?;
    let mut assignments = Vec::new();
    reader.table(&Key::new::<String>([]), root.get_ref(), &mut assignments)?;
    assignments.sort_by_key(|(at, _)| *at);
    Ok(assignments.into_iter().map(|(_, assignment)| assignment).collect())
}

struct Reader<'t, 'a> {
    text: &'t Arc<str>,
    /// The text as it may be shown in a code frame.
    shown: Arc<str>,
    project: &'a Path,
}

impl<'a> Reader<'_, 'a> {
    /// Collects what one table says, each with its offset in the file.
    fn table(
        &self,
        key: &Key,
        table: &DeTable<'_>,
        into: &mut Vec<(usize, Assignment<'a>)>,
    ) -> Result<(), ConfigError> {
        for (name, value) in table {
            let key = key.child(name.get_ref());
            match (lookup::find(&key), value.get_ref()) {
                (Found::Unknown { hint }, _) => {
                    let origin = Origin::File(self.location(name.span()));
                    return Err(ConfigError::UnknownSetting { key, origin, hint });
                }
                (Found::Table, DeValue::Table(inner)) => self.table(&key, inner, into)?,
                (Found::Table, _) => {
                    let origin = Origin::File(self.location(value.span()));
                    let settings = lookup::below(&key);
                    return Err(ConfigError::Table { key, origin, settings });
                }
                (Found::Setting(setting), _) => {
                    let texts = self.texts(&key, setting, value)?;
                    let origin = Origin::File(self.location(name.span()));
                    let subject = format!("`{key}`");
                    let assignment = Assignment { key, setting, texts, subject, origin, base: self.project };
                    into.push((name.span().start, assignment));
                }
            }
        }
        Ok(())
    }

    /// The texts of a value, as they would be written outside of TOML.
    fn texts(
        &self,
        key: &Key,
        setting: &'static Setting,
        value: &Spanned<DeValue<'_>>,
    ) -> Result<Vec<Text>, ConfigError> {
        if setting.secrecy == Secrecy::VariableOnly {
            let (key, variable) = (key.clone(), setting.variable(""));
            return Err(ConfigError::SecretInFile { key, variable, location: self.location(value.span()) });
        }
        let Form { description, written } =
            setting.form().ok_or_else(|| ConfigError::Internal("a default is no value".into()))?;
        let wrong_type = |span| ConfigError::WrongType {
            key: key.clone(),
            expected: description,
            location: self.location(span),
        };
        let text = |text: &str, span| Text { text: text.to_owned(), location: Some(self.location(span)) };
        match (written, value.get_ref()) {
            (Written::List, DeValue::Array(items)) => items
                .iter()
                .map(|item| match item.get_ref() {
                    DeValue::String(found) => Ok(text(found, item.span())),
                    _ => Err(wrong_type(item.span())),
                })
                .collect(),
            (Written::Text | Written::TextOrNumber, DeValue::String(found)) => {
                Ok(vec![text(found, value.span())])
            }
            (Written::Boolean, DeValue::Boolean(on)) => Ok(vec![text(&on.to_string(), value.span())]),
            (Written::TextOrNumber, DeValue::Integer(number)) if number.radix() == 10 => {
                Ok(vec![text(number.as_str(), value.span())])
            }
            _ => Err(wrong_type(value.span())),
        }
    }

    fn location(&self, span: Range<usize>) -> Box<Location> {
        Box::new(Location::of_span(NAME, self.text, span).with_text(Arc::clone(&self.shown)))
    }
}

#[cfg(test)]
mod tests {
    use super::super::field::Field;
    use super::super::settings::Settings;
    use super::*;

    fn apply(text: &str) -> Result<Settings, ConfigError> {
        let project = Path::new("/p");
        let mut settings = Settings::default_of(project).unwrap();
        for assignment in parse(text, project)? {
            assignment.apply(&mut settings)?;
        }
        Ok(settings)
    }

    fn failure(text: &str) -> ConfigError {
        apply(text).unwrap_err()
    }

    #[test]
    fn every_value_knows_its_line() {
        let text = "environment = \"prod\"\n\n[integrations.salesforce]\nbase_url = \"http://127.0.0.1:1\"\n\
                    [egress]\nallow = [\n  \"127.0.0.0/8\",\n]\n[functions.\"salesforce/setup\".limits]\nheap = 67108864\n";
        let settings = apply(text).unwrap();
        let own = &settings.integrations[&"salesforce".parse().unwrap()];
        let shown: Vec<_> = [
            settings.environment.shown(),
            own.base_url.shown(),
            settings.egress_allow.shown(),
            settings.functions["salesforce/setup"].heap.shown(),
        ]
        .into_iter()
        .map(|shown| shown.map(|shown| (shown.text, shown.origin.to_string())).unwrap())
        .collect();
        let expected = [
            ("prod", "onevent.toml:1"),
            ("http://127.0.0.1:1", "onevent.toml:4"),
            ("127.0.0.0/8", "onevent.toml:6"),
            ("64MiB", "onevent.toml:10"),
        ];
        assert_eq!(shown, expected.map(|(text, origin)| (text.to_owned(), origin.to_owned())));
    }

    #[test]
    fn mistakes_name_their_place() {
        let at = |failure: ConfigError| failure.location().map(|p| (p.line, p.column)).unwrap();
        let unknown = failure("[limts]\nwall = \"1s\"\n");
        assert_eq!(unknown.hint().as_deref(), Some("did you mean `limits`?"));
        assert_eq!(at(unknown), (1, 2));
        assert_eq!(at(failure("[limits]\nwall = \"soon\"\n")), (2, 8));
        assert_eq!(at(failure("[egress]\nallow = [\"10.0.0.0/8\", \"x\"]\n")), (2, 24));
        assert_eq!(at(failure("limits = 5\n")), (1, 10));
        assert_eq!(at(failure("[limits]\nwall = \n")).0, 2);
        assert_eq!(failure("[limits]\nwall = 10\n").code(), "invalid_setting");
        assert!(failure("encryption_key = \"k\"").hint().unwrap().contains("ONEVENT_ENCRYPTION_KEY"));
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
            let excerpt = failure.location().unwrap().excerpt.clone().unwrap();
            assert_eq!(excerpt.text.len(), text.len());
            assert!(
                !excerpt.text.contains("hunter2") && !failure.to_string().contains("hunter2"),
                "{failure:?}"
            );
        }
    }
}
