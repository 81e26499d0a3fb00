//! Names that people choose, checked once where they enter.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use thiserror::Error;

/// The longest name that Nango accepts, in characters.
const MAX_NAME_CHARS: usize = 255;

/// Why a text is not a valid name.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum NameError {
    /// The text is empty.
    #[error("{what} is empty")]
    Empty {
        /// What the name was for, in words.
        what: &'static str,
    },
    /// The text is longer than 255 characters.
    #[error("{what} is longer than {MAX_NAME_CHARS} characters")]
    TooLong {
        /// What the name was for, in words.
        what: &'static str,
    },
    /// The text holds a character that such a name may not hold.
    #[error("{what} `{text}` holds the character {character:?}; allowed are {allowed}")]
    Character {
        /// What the name was for, in words.
        what: &'static str,
        /// The text as given.
        text: String,
        /// The first character that is not allowed.
        character: char,
        /// What is allowed, in words.
        allowed: &'static str,
    },
}

macro_rules! name {
    ($(#[$doc:meta])* $name:ident, $what:literal, $allowed:literal, $accepts:expr) => {
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(try_from = "String", into = "String")]
        pub struct $name(String);

        impl $name {
            /// Checks a text and takes it as a name.
            ///
            /// # Errors
            /// [`NameError`] when it is empty, too long, or holds a character that is not allowed.
            pub fn new(text: impl Into<String>) -> Result<Self, NameError> {
                let text = text.into();
                let accepts: fn(char) -> bool = $accepts;
                if text.is_empty() {
                    return Err(NameError::Empty { what: $what });
                }
                if text.chars().count() > MAX_NAME_CHARS {
                    return Err(NameError::TooLong { what: $what });
                }
                match text.chars().find(|c| !accepts(*c)) {
                    Some(character) => {
                        Err(NameError::Character { what: $what, text, character, allowed: $allowed })
                    }
                    None => Ok(Self(text)),
                }
            }

            /// The name as text.
            #[must_use]
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }

        impl AsRef<str> for $name {
            fn as_ref(&self) -> &str {
                &self.0
            }
        }

        impl FromStr for $name {
            type Err = NameError;
            fn from_str(text: &str) -> Result<Self, NameError> {
                Self::new(text)
            }
        }

        impl TryFrom<String> for $name {
            type Error = NameError;
            fn try_from(text: String) -> Result<Self, NameError> {
                Self::new(text)
            }
        }

        impl From<$name> for String {
            fn from(name: $name) -> String {
                name.0
            }
        }
    };
}

name!(
    /// An integration's unique key: the name of its folder (`salesforce`). Nango's rule for integration ids.
    IntegrationId,
    "integration id",
    "letters, digits and ~ : . @ _ - space",
    |c| c.is_ascii_alphanumeric() || "~:.@ _-".contains(c)
);
name!(
    /// The id a product gives to one customer's connection. Nango's rule for connection ids.
    ConnectionId,
    "connection id",
    "letters, digits and , . ; : = + ~ [ ] | @ $ { } \" ' \\ / _ - space",
    |c| c.is_ascii_alphanumeric() || ",.;:=+~[]|@${}\"'\\/_- ".contains(c)
);
name!(
    /// A function's name: its file's base name (`validate-connection`).
    FunctionName,
    "function name",
    "letters, digits, _ and -",
    |c| c.is_ascii_alphanumeric() || c == '_' || c == '-'
);
name!(
    /// An environment's name (`dev`, `prod`): a separate set of connections.
    EnvironmentName,
    "environment name",
    "letters, digits, _ and -",
    |c| c.is_ascii_alphanumeric() || c == '_' || c == '-'
);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn connection_ids_follow_nangos_rule() {
        assert!(ConnectionId::new("acme/7f:{x}@y").is_ok());
        assert_eq!(
            ConnectionId::new("acme?x"),
            Err(NameError::Character {
                what: "connection id",
                text: "acme?x".into(),
                character: '?',
                allowed: "letters, digits and , . ; : = + ~ [ ] | @ $ { } \" ' \\ / _ - space",
            })
        );
        assert_eq!(ConnectionId::new(""), Err(NameError::Empty { what: "connection id" }));
        assert_eq!(ConnectionId::new("a".repeat(256)), Err(NameError::TooLong { what: "connection id" }));
    }
}
