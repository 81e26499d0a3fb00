//! JSON as text.

use std::fmt;

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};
use serde_json::Value;

/// Well-formed JSON that stays text until somebody needs what is in it: as a [`Value`] it takes many times the memory.
#[derive(Clone, PartialEq, Eq)]
pub struct JsonText(String);

impl JsonText {
    /// Checks that `text` is JSON.
    ///
    /// # Errors
    /// It is none.
    pub fn new(text: String) -> Result<Self, serde_json::Error> {
        serde_json::from_str::<de::IgnoredAny>(&text)?;
        Ok(Self(text))
    }

    /// As it was written.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The same.
    #[must_use]
    pub fn into_string(self) -> String {
        self.0
    }

    /// What is in it. What no [`Value`] can hold, because it is nested too deep or has half a character, is its text.
    #[must_use]
    pub fn value(&self) -> Value {
        serde_json::from_str(&self.0).unwrap_or_else(|_| Value::String(self.0.clone()))
    }
}

impl From<Value> for JsonText {
    fn from(value: Value) -> Self {
        Self(value.to_string())
    }
}

impl fmt::Debug for JsonText {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl Serialize for JsonText {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        if !serializer.is_human_readable() {
            return serializer.serialize_str(&self.0);
        }
        self.value().serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for JsonText {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        if deserializer.is_human_readable() {
            return Value::deserialize(deserializer).map(Self::from);
        }
        Self::new(String::deserialize(deserializer)?).map_err(de::Error::custom)
    }
}

/// At least what a [`Value`] of this text takes in memory, in bytes, found without making one. It can be a hundred times the
/// text: each `[0]` is a list of its own.
#[must_use]
pub fn tree_bytes(text: &str) -> usize {
    let mut bytes = text.len();
    let mut rest = text.bytes().peekable();
    while let Some(byte) = rest.next() {
        match byte {
            b'"' => {
                bytes += TEXT_BYTES;
                skip_text(&mut rest);
            }
            b',' => bytes += ITEM_BYTES,
            b'[' | b'{' if rest.peek().is_some_and(|next| !matches!(next, b']' | b'}')) => {
                bytes += LIST_BYTES;
            }
            _ => {}
        }
    }
    bytes
}

/// An item of a list, or a field of an object, with the room that lists grow by.
const ITEM_BYTES: usize = 128;
/// A list or an object that is not empty: it has room for four.
const LIST_BYTES: usize = 320;
/// An allocation of its own.
const TEXT_BYTES: usize = 16;

/// To the end of a text of which the first quote is read.
fn skip_text(rest: &mut impl Iterator<Item = u8>) {
    while let Some(byte) = rest.next() {
        match byte {
            b'"' => return,
            b'\\' => drop(rest.next()),
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn what_is_no_json_is_refused_and_what_is_stays_as_it_was_written() {
        assert!(JsonText::new("{\"a\":".into()).is_err());
        assert!(JsonText::new("[1] 2".into()).is_err());
        let text = JsonText::new(r#"{"b": 1.50, "a": [1e3]}"#.into()).unwrap();
        assert_eq!(text.as_str(), r#"{"b": 1.50, "a": [1e3]}"#);
        assert_eq!(text.value(), json!({"b": 1.5, "a": [1000.0]}));
        let deep = JsonText::new("[".repeat(100_000) + &"]".repeat(100_000)).unwrap();
        assert!(deep.value().is_string());
    }

    #[test]
    fn a_tree_is_weighed_by_its_lists_and_not_by_what_stands_in_texts() {
        assert_eq!(tree_bytes(r#""[[,,{{\"[[""#), 12 + TEXT_BYTES);
        assert_eq!(tree_bytes("[[],{},1]"), 9 + LIST_BYTES + 2 * ITEM_BYTES);
        // What a list takes that holds lists of one number each: the vector's four places for each of them, and its own.
        let value = size_of::<Value>();
        assert!(tree_bytes("[[0],[0],[0],[0]]") >= 4 * 4 * value + 4 * value);
    }
}
