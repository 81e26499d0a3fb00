use std::sync::Arc;

use async_trait::async_trait;
use onevent_contract::HostError;
use onevent_proxy::{Target, TargetSource};
use onevent_store::{ConnectionKey, Store, Visibility};

use crate::answers::NangoEndpoint;
use crate::connections::Connections;
use crate::{Access, Integrations};

/// A stored connection as the target of calls. It is read anew for each attempt: it may have been connected again
/// meanwhile.
///
/// What is not there, or has to be connected again, is [`HostError::Api`] with the status and the code of Nango's proxy.
#[derive(Debug, Clone)]
pub struct StoredTarget {
    connections: Connections,
    key: ConnectionKey,
    visibility: Visibility,
    access: Access,
}

impl StoredTarget {
    /// A connection as everybody sees it who is not one of its own runs.
    #[must_use]
    pub fn new(store: Store, integrations: Arc<Integrations>, key: ConnectionKey) -> Self {
        let connections =
            Connections { environment: key.environment.clone(), integrations, store: Some(store) };
        Self::of(connections, (Visibility::Established, Access::Normal), key)
    }

    /// A connection as somebody with these rights sees it.
    pub(crate) fn of(
        connections: Connections,
        (visibility, access): (Visibility, Access),
        key: ConnectionKey,
    ) -> Self {
        Self { connections, key, visibility, access }
    }
}

#[async_trait]
impl TargetSource for StoredTarget {
    async fn target(&self) -> Result<Target, HostError> {
        let endpoint = NangoEndpoint::Proxy;
        let stored = self.connections.stored(endpoint, &self.key, self.visibility, self.access).await?;
        self.connections.target(stored.connection)
    }
}
