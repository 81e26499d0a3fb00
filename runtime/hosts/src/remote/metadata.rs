//! The metadata of the run's own connection in Nango.

use onevent_contract::{
    FunctionKey, JsonObject, MetadataWrite, MetadataWriteKind, MetadataWritten, VersionedMetadata,
};

use crate::dry_metadata::DryMetadata;

/// The metadata as the run has it: with what it wrote, also what Nango has not answered yet. A second write meanwhile
/// merges with that, not with what was before it.
pub(super) struct RemoteMetadata {
    current: DryMetadata,
    /// As Nango has it without the writes below.
    settled: Option<JsonObject>,
    /// The first one that Nango has not answered, and all that were sent after it.
    writes: Vec<SentWrite>,
}

/// What was sent to Nango.
#[derive(Clone)]
struct SentWrite {
    version: u64,
    kind: MetadataWriteKind,
    /// The whole object, or the keys that are merged into it.
    metadata: JsonObject,
    answered: bool,
}

impl SentWrite {
    /// What Nango makes of it.
    fn apply(&self, to: Option<JsonObject>) -> Option<JsonObject> {
        match self.kind {
            MetadataWriteKind::Set => Some(self.metadata.clone()),
            MetadataWriteKind::Update => {
                let mut merged = to.unwrap_or_default();
                merged.extend(self.metadata.clone());
                Some(merged)
            }
        }
    }
}

impl RemoteMetadata {
    pub(super) fn new(metadata: Option<JsonObject>) -> Self {
        Self { settled: metadata.clone(), current: DryMetadata::given(metadata), writes: Vec::new() }
    }

    pub(super) fn read(&self) -> VersionedMetadata {
        self.current.read()
    }

    /// Keeps a write, and says what is to be sent of it: the whole object, or the keys that it changes.
    pub(super) fn write(
        &mut self,
        function: &FunctionKey,
        write: MetadataWrite,
    ) -> (MetadataWritten, JsonObject) {
        let (kind, after) = (write.kind, write.value.clone());
        let before = self.current.read().value.unwrap_or_default();
        let written = self.current.write(function, write);
        let metadata = match kind {
            MetadataWriteKind::Set => after,
            MetadataWriteKind::Update => {
                after.into_iter().filter(|(key, value)| before.get(key) != Some(value)).collect()
            }
        };
        if let MetadataWritten::Written { version, .. } = written {
            self.writes.push(SentWrite { version, kind, metadata: metadata.clone(), answered: false });
        }
        (written, metadata)
    }

    /// Nango made a write.
    pub(super) fn confirm(&mut self, version: u64) {
        if let Some(write) = self.writes.iter_mut().find(|write| write.version == version) {
            write.answered = true;
        }
        while self.writes.first().is_some_and(|write| write.answered) {
            self.settled = self.writes.remove(0).apply(self.settled.take());
        }
    }

    /// Nango did not make a write: what is left is made of the others.
    pub(super) fn undo(&mut self, version: u64) {
        self.writes.retain(|write| write.version != version);
        let left = self.writes.iter().fold(self.settled.clone(), |value, write| write.apply(value));
        self.current.replace(left);
    }
}

#[cfg(test)]
mod tests {
    use onevent_contract::MetadataCommit;
    use serde_json::{Value, json};

    use super::*;

    fn object(value: Value) -> JsonObject {
        value.as_object().unwrap().clone()
    }

    /// Sends a write of the whole object, as the SDK makes it of what it read, and gives its version.
    fn send(metadata: &mut RemoteMetadata, kind: MetadataWriteKind, value: Value) -> u64 {
        let function = FunctionKey { integration: "p".parse().unwrap(), name: "f".parse().unwrap() };
        let write = MetadataWrite { value: object(value), commit: MetadataCommit::Always, kind };
        match metadata.write(&function, write).0 {
            MetadataWritten::Written { version, .. } => version,
            MetadataWritten::Conflict => panic!("unexpected conflict"),
        }
    }

    #[test]
    fn a_write_that_nango_refuses_leaves_what_others_wrote_meanwhile() {
        use MetadataWriteKind::{Set, Update};
        for (kind, second, left) in [
            (Update, json!({"x": 0, "a": 1, "b": 2}), json!({"x": 0, "b": 2})),
            (Set, json!({"b": 2}), json!({"b": 2})),
        ] {
            let mut metadata = RemoteMetadata::new(Some(object(json!({"x": 0}))));
            let first = send(&mut metadata, Update, json!({"x": 0, "a": 1}));
            let later = send(&mut metadata, kind, second);
            metadata.confirm(later);
            metadata.undo(first);
            let read = metadata.read();
            assert_eq!(read.value, Some(object(left)));
            assert!(read.version > later, "whoever read before has to read again");
        }
    }

    #[test]
    fn the_order_of_nangos_answers_does_not_matter() {
        let mut metadata = RemoteMetadata::new(None);
        let first = send(&mut metadata, MetadataWriteKind::Update, json!({"a": 1}));
        let second = send(&mut metadata, MetadataWriteKind::Update, json!({"a": 1, "b": 2}));
        metadata.confirm(second);
        metadata.confirm(first);
        let third = send(&mut metadata, MetadataWriteKind::Update, json!({"a": 1, "b": 2, "c": 3}));
        metadata.undo(third);
        assert_eq!(metadata.read().value, Some(object(json!({"a": 1, "b": 2}))));
        assert!(metadata.writes.is_empty());
    }
}
