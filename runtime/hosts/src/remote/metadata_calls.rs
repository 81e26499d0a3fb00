//! The calls that read and write the metadata of the run's own connection.

use onevent_contract::{CallContext, HostError, MetadataWrite, MetadataWritten, VersionedMetadata};

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
        let kind = write.kind;
        let (written, metadata) = self.own.metadata().write(&call.function, write);
        match (self.writes, written) {
            (RemoteWrites::Persisted, MetadataWritten::Written { version, dropped, .. }) => {
                let (integration, connection) = self.meant(None, None);
                let sent = self.api.write_metadata(integration, connection, kind, &metadata).await;
                let mut own = self.own.metadata();
                match sent {
                    Ok(()) => own.confirm(version),
                    Err(error) => {
                        own.undo(version);
                        return Err(error.into());
                    }
                }
                Ok(MetadataWritten::Written { version, dropped, persisted: true })
            }
            (RemoteWrites::Dry, MetadataWritten::Written { version, dropped, persisted }) => {
                self.own.metadata().confirm(version);
                Ok(MetadataWritten::Written { version, dropped, persisted })
            }
            (_, MetadataWritten::Conflict) => Ok(MetadataWritten::Conflict),
        }
    }
}
