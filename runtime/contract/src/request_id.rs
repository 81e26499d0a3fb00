//! The id of the request that something was done for.

use std::fmt;

use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// The id of an HTTP request, as the log and the answer have it: letters, digits and `-_.:`, up to
/// [`RequestId::MAX_CHARS`]. Runs name the one that led to them.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct RequestId(String);

impl RequestId {
    /// The longest id, in characters.
    pub const MAX_CHARS: usize = 128;

    /// A new id: a UUID version 7.
    #[must_use]
    pub fn generate() -> Self {
        Self(Uuid::now_v7().to_string())
    }

    /// Reads an id that somebody else made; `None` where it could not stand in a line of a log.
    #[must_use]
    pub fn new(text: impl Into<String>) -> Option<Self> {
        let text = text.into();
        let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.:".contains(&byte);
        (!text.is_empty() && text.len() <= Self::MAX_CHARS && text.bytes().all(plain)).then_some(Self(text))
    }

    /// The id as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for RequestId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl From<RequestId> for String {
    fn from(id: RequestId) -> Self {
        id.0
    }
}

impl TryFrom<String> for RequestId {
    type Error = &'static str;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        Self::new(text).ok_or("an id of a request has up to 128 letters, digits and -_.:")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_can_stand_in_a_line_of_a_log() {
        assert_eq!(RequestId::new("mine-42").unwrap().as_str(), "mine-42");
        assert_eq!(RequestId::generate().as_str().len(), 36);
        assert!(RequestId::new("a".repeat(RequestId::MAX_CHARS)).is_some());
        for hostile in ["", "a b", "{\"level\":\"x\"}", "a\nb", "ünïcode", &"a".repeat(129)] {
            assert_eq!(RequestId::new(hostile), None, "{hostile:?}");
        }
    }
}
