//! `onevent init` and `onevent types`.

use std::fmt;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::str::FromStr;

use clap::Args;

use super::mock_provider::MOCK_ADDRESS;

/// `onevent init`.
#[derive(Debug, Args)]
pub(crate) struct InitArgs {
    /// The integration: the name of its folder. Where onevent knows a provider of that name, it is that one's [default: example]
    #[arg(value_name = "INTEGRATION")]
    pub(crate) integration: Option<NewIntegration>,
    /// The project's folder, which is made where it is missing [default: here]
    #[arg(long, value_name = "DIR")]
    pub(crate) folder: Option<PathBuf>,
    /// Replace files that are there
    #[arg(long)]
    pub(crate) force: bool,
    /// Where `onevent mock-provider` is going to listen
    #[arg(long, value_name = "ADDRESS", default_value_t = MOCK_ADDRESS)]
    pub(crate) mock_provider: SocketAddr,
}

/// `onevent types`.
#[derive(Debug, Args)]
pub(crate) struct TypesArgs {
    /// The file; - is standard output [default: nango.d.ts in the project]
    #[arg(long, value_name = "FILE")]
    pub(crate) out: Option<PathBuf>,
    /// Replace a file that onevent did not write
    #[arg(long)]
    pub(crate) force: bool,
}

/// The longest name, in characters: it becomes a folder's.
const MAX_CHARS: usize = 100;

/// The name of an integration that is made: a folder's name, and a key in files, so that it needs no quotes anywhere.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct NewIntegration(String);

impl NewIntegration {
    /// What an integration is called whose author had no name for it.
    pub(crate) fn unnamed() -> Self {
        Self("example".to_owned())
    }

    /// The name.
    pub(crate) fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for NewIntegration {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let accepted = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_';
        let begins = text.starts_with(|c: char| c.is_ascii_alphanumeric());
        if !begins || text.len() > MAX_CHARS || !text.chars().all(accepted) || text == "node_modules" {
            return Err(format!(
                "it becomes a folder's name: 1 to {MAX_CHARS} letters, digits, `-` and `_`, with a letter or a digit in front"
            ));
        }
        Ok(Self(text.to_owned()))
    }
}

impl fmt::Display for NewIntegration {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_a_folder_and_needs_no_quotes() {
        for name in ["acme", "salesforce-eu", "x_2", "2fast"] {
            assert_eq!(name.parse::<NewIntegration>().unwrap().as_str(), name);
        }
        let long = "x".repeat(MAX_CHARS + 1);
        for name in ["", ".", "..", "../x", "a/b", "a b", "-a", "_a", "a'b", "ä", "node_modules", &long] {
            assert!(name.parse::<NewIntegration>().is_err(), "{name}");
        }
    }
}
