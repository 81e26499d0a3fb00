//! The metadata of the run's own connection in Nango.

use onevent_contract::{
    CallContext, HostError, JsonObject, MetadataWrite, MetadataWriteKind, MetadataWritten, VersionedMetadata,
};
use serde_json::Value;

use super::host::{RemoteHost, RemoteWrites};

impl RemoteHost {
    pub(super) async fn metadata(&self, call: &CallContext) -> Result<VersionedMetadata, HostError> {
        self.hide(call);
        Ok(self.own.metadata().read())
    }

    pub(super) async fn write_metadata(
        &self,
        call: &CallContext,
        write: MetadataWrite,
    ) -> Result<MetadataWritten, HostError> {
        self.hide(call);
        let (kind, after) = (write.kind, write.value.clone());
        let (before, written) = {
            let mut metadata = self.own.metadata();
            let before = metadata.clone();
            (before, metadata.write(&call.function, write))
        };
        match (self.writes, written) {
            (RemoteWrites::Persisted, MetadataWritten::Written { version, dropped, .. }) => {
                // Kept here first: a second write meanwhile merges with this one, not with what was before it.
                if let Err(error) = self.persist(kind, before.read().value.as_ref(), &after).await {
                    let mut metadata = self.own.metadata();
                    if metadata.read().version == version {
                        *metadata = before;
                    }
                    return Err(error);
                }
                Ok(MetadataWritten::Written { version, dropped, persisted: true })
            }
            (_, written) => Ok(written),
        }
    }

    /// Makes a write in Nango: of the whole object, or of the keys that it changes.
    async fn persist(
        &self,
        kind: MetadataWriteKind,
        before: Option<&JsonObject>,
        after: &JsonObject,
    ) -> Result<(), HostError> {
        let changed =
            |(key, value): &(&String, &Value)| before.and_then(|before| before.get(*key)) != Some(*value);
        let metadata: JsonObject = match kind {
            MetadataWriteKind::Set => after.clone(),
            MetadataWriteKind::Update => {
                after.iter().filter(changed).map(|(key, value)| (key.clone(), value.clone())).collect()
            }
        };
        let (integration, connection) = self.meant(None, None);
        Ok(self.api.write_metadata(integration, connection, kind, &metadata).await?)
    }
}
