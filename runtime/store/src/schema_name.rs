//! The schema of a PostgreSQL database that the tables are in.

use std::fmt;
use std::str::FromStr;

use thiserror::Error;

/// The longest name: PGMQ's names of tables hold it, and have an end.
const MAX_LENGTH: usize = 24;

/// The name of a schema in a PostgreSQL database: `onevent` unless something else is said. Two onevents with different
/// schemas share a database and nothing in it. Lower-case letters, digits and `_`, at most 24 characters.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SchemaName(String);

/// Why a text is no name of a schema.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error(
    "the name of a schema begins with a letter, holds lower-case letters, digits and `_`, and has at most {MAX_LENGTH} \
     characters"
)]
pub struct SchemaNameError;

impl SchemaName {
    /// The name.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// As it stands in a statement: a word of SQL may be a name, too.
    pub(crate) fn quoted(&self) -> String {
        format!("\"{}\"", self.0)
    }
}

impl Default for SchemaName {
    fn default() -> Self {
        Self("onevent".to_owned())
    }
}

impl FromStr for SchemaName {
    type Err = SchemaNameError;

    fn from_str(text: &str) -> Result<Self, SchemaNameError> {
        // It stands in statements as it is, in quotes. `pg_…` is the database's own, and PGMQ's schema is shared.
        let is_plain = text.starts_with(|first: char| first.is_ascii_lowercase())
            && text.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_');
        let is_free = !text.starts_with("pg_") && text != "pgmq" && text != "information_schema";
        if is_plain && is_free && text.len() <= MAX_LENGTH {
            Ok(Self(text.to_owned()))
        } else {
            Err(SchemaNameError)
        }
    }
}

impl fmt::Display for SchemaName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_schema_has_a_plain_name() {
        for good in ["onevent", "a", "tenant_7", "user", "public", "abcdefghijklmnopqrstuvwx"] {
            assert_eq!(good.parse::<SchemaName>().unwrap().as_str(), good);
        }
        for wrong in ["", "7a", "_a", "A", "a-b", "a.b", "a\"b", "a;b", "pg_x", "pgmq", &"a".repeat(25)] {
            assert_eq!(wrong.parse::<SchemaName>(), Err(SchemaNameError), "{wrong}");
        }
    }
}
