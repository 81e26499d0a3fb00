//! The Nango that a server stands in front of, as its parts.

use onevent_lifecycle::{SigningKeys, UpstreamEnvironment, UpstreamEnvironments};
use onevent_proxy::Origin;

/// The Nango that a server stands in front of.
#[derive(Debug)]
pub struct Upstream {
    /// Where requests go on to.
    pub nango: Origin,
    /// Where webhooks go on to: the operator's app.
    pub app: Option<Origin>,
    /// Its environments whose keys are known here.
    pub environments: UpstreamEnvironments,
}

impl Upstream {
    pub(super) fn signing_keys(&self) -> SigningKeys {
        let key =
            |environment: &UpstreamEnvironment| (environment.name.clone(), environment.signing_key.clone());
        self.environments.iter().map(key).collect()
    }
}
