//! The host of a run whose connection is read from Nango when the run first asks for something.
//!
//! Several runs of one operation follow each other: what one of them writes, the next one has to see.

use async_trait::async_trait;
use onevent_contract::{CallContext, ConnectionId, Host, HostAnswer, HostCall, HostError, IntegrationId};
use tokio::sync::OnceCell;

use super::client::NangoApi;
use super::connection::RemoteConnection;
use super::host::RemoteHost;

/// Makes the host for a connection as Nango has it now.
type Make = Box<dyn Fn(RemoteConnection) -> RemoteHost + Send + Sync>;

/// A [`RemoteHost`] that is made at its first call.
pub struct FreshRemoteHost {
    api: NangoApi,
    integration: IntegrationId,
    connection: ConnectionId,
    make: Make,
    made: OnceCell<RemoteHost>,
}

impl FreshRemoteHost {
    /// A host for one run for this connection.
    #[must_use]
    pub fn new(
        api: NangoApi,
        integration: IntegrationId,
        connection: ConnectionId,
        make: impl Fn(RemoteConnection) -> RemoteHost + Send + Sync + 'static,
    ) -> Self {
        Self { api, integration, connection, make: Box::new(make), made: OnceCell::new() }
    }

    async fn host(&self) -> Result<&RemoteHost, HostError> {
        let read = || async {
            let connection = self.api.connection(&self.integration, &self.connection).await?;
            Ok((self.make)(connection))
        };
        self.made.get_or_try_init(read).await
    }
}

#[async_trait]
impl Host for FreshRemoteHost {
    async fn call(&self, context: &CallContext, call: HostCall) -> Result<HostAnswer, HostError> {
        self.host().await?.call(context, call).await
    }
}

impl std::fmt::Debug for FreshRemoteHost {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("FreshRemoteHost")
            .field("api", &self.api)
            .field("connection", &self.connection)
            .finish_non_exhaustive()
    }
}
