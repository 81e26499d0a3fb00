//! The one way out.

use std::sync::Arc;

use reqwest::{Client, RequestBuilder};

use super::Failure;
use super::hop::Hop;
use crate::egress::EgressPolicy;

/// An HTTP client and the policy that it was made for: the one way out.
#[derive(Debug, Clone)]
pub(crate) struct GuardedClient {
    client: Client,
    policy: Arc<EgressPolicy>,
}

impl GuardedClient {
    /// The client has to resolve names under this policy.
    pub(super) fn new(client: Client, policy: Arc<EgressPolicy>) -> Self {
        Self { client, policy }
    }

    /// A request to the hop's URL, without headers and body.
    ///
    /// # Errors
    /// [`Failure::Refused`]. Addresses are asked about here, and names when they are resolved.
    pub(super) fn request(&self, hop: &Hop) -> Result<RequestBuilder, Failure> {
        self.policy.check_url(&hop.url).map_err(Failure::Refused)?;
        Ok(self.client.request(hop.method.clone(), hop.url.clone()))
    }
}
