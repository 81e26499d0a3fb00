//! A text that must not be printed.

use onevent_redaction::{ExposeSecret, SecretString};

/// A text that must not be printed: `Debug` hides it, there is no serde of it, and it is wiped when dropped (secrecy).
#[derive(Debug, Clone)]
pub struct Secret(SecretString);

impl Secret {
    /// Takes a text as secret.
    #[must_use]
    pub fn new(text: impl Into<String>) -> Self {
        Self(SecretString::from(text.into()))
    }

    /// The text. Call it only where the value leaves for its one destination.
    #[must_use]
    pub fn reveal(&self) -> &str {
        self.0.expose_secret()
    }
}

impl From<SecretString> for Secret {
    fn from(text: SecretString) -> Self {
        Self(text)
    }
}

impl PartialEq for Secret {
    fn eq(&self, other: &Self) -> bool {
        self.reveal() == other.reveal()
    }
}

impl Eq for Secret {}
