//! What tells several fixtures of one function apart.

use std::fmt;
use std::str::FromStr;

/// The longest name, in characters: it becomes a part of a file's name.
const MAX_CASE_NAME_CHARS: usize = 100;

/// `second` of `setup.second.test.json`: letters, digits, `-` and `_`, so that it is no path.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct CaseName(String);

impl FromStr for CaseName {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let accepted = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_';
        if text.is_empty() || text.len() > MAX_CASE_NAME_CHARS || !text.chars().all(accepted) {
            return Err(format!(
                "a fixture's name has 1 to {MAX_CASE_NAME_CHARS} letters, digits, `-` and `_`: it becomes \
                 <function>.NAME.test.json"
            ));
        }
        Ok(Self(text.to_owned()))
    }
}

impl fmt::Display for CaseName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// The fixture of a function that a command line means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum FixtureCase<'a> {
    /// `<function>.test.json`.
    Unnamed,
    /// `<function>.NAME.test.json`.
    Named(&'a CaseName),
}

impl FixtureCase<'_> {
    /// The name of the fixture, without the ending of its file.
    pub(crate) fn stem(self, function: &str) -> String {
        match self {
            Self::Unnamed => function.to_owned(),
            Self::Named(name) => format!("{function}.{name}"),
        }
    }
}

impl<'a> From<Option<&'a CaseName>> for FixtureCase<'a> {
    fn from(name: Option<&'a CaseName>) -> Self {
        name.map_or(Self::Unnamed, Self::Named)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_no_path_and_no_other_file() {
        for name in ["second", "no-access", "EU_2", &"x".repeat(MAX_CASE_NAME_CHARS)] {
            assert_eq!(name.parse::<CaseName>().unwrap().to_string(), name);
        }
        for name in ["", ".", "..", "../x", "a/b", "a.b", "a b", "ä", &"x".repeat(MAX_CASE_NAME_CHARS + 1)] {
            assert!(name.parse::<CaseName>().is_err(), "{name}");
        }
    }
}
