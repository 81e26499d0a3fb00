use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;

use reqwest::dns::{Addrs, Name, Resolve, Resolving};

use super::EgressPolicy;

/// Looks names up and lets only addresses through that the policy allows. A connection is made to exactly these
/// addresses, so a name cannot resolve to one thing for the check and to another for the connection.
pub(crate) struct GuardedResolver {
    policy: Arc<EgressPolicy>,
}

impl GuardedResolver {
    pub(crate) fn new(policy: EgressPolicy) -> Self {
        Self { policy: Arc::new(policy) }
    }
}

impl Resolve for GuardedResolver {
    fn resolve(&self, name: Name) -> Resolving {
        let policy = Arc::clone(&self.policy);
        Box::pin(async move {
            // Port 0 is replaced by the URL's.
            let found: Vec<SocketAddr> = tokio::net::lookup_host((name.as_str(), 0)).await?.collect();
            let addresses: Vec<IpAddr> = found.iter().map(SocketAddr::ip).collect();
            policy.check_resolved(name.as_str(), &addresses)?;
            Ok(Box::new(found.into_iter()) as Addrs)
        })
    }
}
