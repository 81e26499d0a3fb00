//! Who wrote which key of a connection's metadata, and whose keys a write drops.

use std::fmt;

use indexmap::IndexMap;
use onevent_contract::{DroppedKeys, FunctionKey, JsonObject};
use serde::{Deserialize, Serialize};

/// Who writes metadata.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Writer {
    /// The product or a person, not a function.
    User,
    /// A function.
    Function(FunctionKey),
}

impl fmt::Display for Writer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::User => f.write_str("user"),
            Self::Function(key) => key.fmt(f),
        }
    }
}

/// The writer of each top-level metadata key: `user`, or a function's full name.
///
/// A key belongs to whoever gave it its present value. A write that leaves a value as it is leaves its writer
/// too: a function that spreads the old metadata into `setMetadata` does not become the owner of all of it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct MetadataWriters(IndexMap<String, String>);

impl MetadataWriters {
    /// Who wrote this key, if it is known.
    #[must_use]
    pub fn of(&self, key: &str) -> Option<&str> {
        self.0.get(key).map(String::as_str)
    }

    /// The writers after `writer` replaced `before` by `after`, and the keys of others that this dropped, one
    /// entry for each of their writers. A pure function, for every host that writes metadata, dry ones too.
    #[must_use]
    pub fn after_write(
        &self,
        before: Option<&JsonObject>,
        after: &JsonObject,
        writer: &Writer,
    ) -> (Self, Vec<DroppedKeys>) {
        let writer = writer.to_string();
        let old = |key: &str| before.and_then(|before| before.get(key));
        let writers = after
            .iter()
            .map(|(key, value)| {
                let kept = self.of(key).filter(|_| old(key) == Some(value));
                (key.clone(), kept.unwrap_or(&writer).to_owned())
            })
            .collect();
        let mut dropped: IndexMap<&str, Vec<String>> = IndexMap::new();
        for key in before.into_iter().flat_map(JsonObject::keys).filter(|key| !after.contains_key(*key)) {
            if let Some(owner) = self.of(key).filter(|owner| *owner != writer) {
                dropped.entry(owner).or_default().push(key.clone());
            }
        }
        let dropped = dropped
            .into_iter()
            .map(|(owner, keys)| DroppedKeys { keys, written_by: owner.to_owned() })
            .collect();
        (Self(writers), dropped)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn object(value: Value) -> JsonObject {
        value.as_object().unwrap().clone()
    }

    fn function(name: &str) -> Writer {
        let key = FunctionKey { integration: "salesforce".parse().unwrap(), name: name.parse().unwrap() };
        Writer::Function(key)
    }

    fn writers(pairs: &[(&str, &str)]) -> MetadataWriters {
        MetadataWriters(pairs.iter().map(|(key, writer)| ((*key).into(), (*writer).into())).collect())
    }

    #[test]
    fn replacing_metadata_names_the_keys_of_others_that_it_drops() {
        let before = object(json!({"organizationId": "00D", "note": "x", "mine": 1, "seen": true}));
        let known = writers(&[
            ("organizationId", "salesforce/validate-connection"),
            ("note", "user"),
            ("mine", "salesforce/post-connection-setup"),
            ("seen", "user"),
        ]);
        let after = object(json!({"webhookId": "wh_1"}));
        let (now, dropped) = known.after_write(Some(&before), &after, &function("post-connection-setup"));
        assert_eq!(now, writers(&[("webhookId", "salesforce/post-connection-setup")]));
        assert_eq!(
            dropped,
            [
                DroppedKeys {
                    keys: vec!["organizationId".into()],
                    written_by: "salesforce/validate-connection".into()
                },
                DroppedKeys { keys: vec!["note".into(), "seen".into()], written_by: "user".into() },
            ]
        );
    }

    #[test]
    fn a_value_that_stays_keeps_its_writer_and_a_changed_one_gets_the_new_writer() {
        let before = object(json!({"a": {"deep": [1]}, "b": 1}));
        let known = writers(&[("a", "user"), ("b", "user")]);
        let after = object(json!({"a": {"deep": [1]}, "b": 2, "c": 3}));
        let (now, dropped) = known.after_write(Some(&before), &after, &function("setup"));
        assert_eq!(now, writers(&[("a", "user"), ("b", "salesforce/setup"), ("c", "salesforce/setup")]));
        assert_eq!(dropped, []);
    }

    #[test]
    fn the_first_write_drops_nothing() {
        let after = object(json!({"a": 1}));
        let (now, dropped) = MetadataWriters::default().after_write(None, &after, &Writer::User);
        assert_eq!((now, dropped), (writers(&[("a", "user")]), vec![]));
    }
}
