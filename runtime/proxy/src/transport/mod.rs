//! One request over the wire, its redirects, and what can go wrong on the way.

mod answer;
mod client;
mod coding;
mod exchange;
mod failure;
mod hop;
mod redirect;

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use onevent_contract::HostError;
use reqwest::redirect::Policy;
use reqwest::{Client, ClientBuilder};

use crate::egress::{EgressPolicy, GuardedResolver, Lookup};
use crate::limits::{CONNECT_TIMEOUT, MAX_HEADER_BYTES, MAX_HEADERS};

#[cfg(test)]
pub(crate) use answer::BrokenBody;
pub(crate) use answer::{Answer, BodyRead, HopAnswer, OpenAnswer, http_outcome};
pub(crate) use client::GuardedClient;
pub(crate) use coding::{ACCEPTED, Packing, unpack_passing};
pub(crate) use exchange::{exchange, open};
pub(crate) use failure::Failure;
pub(crate) use hop::{Hop, HopBody};
pub(crate) use redirect::{Next, next_hop, next_plain_hop};

/// The HTTP clients, one for each egress policy.
///
/// A connection that stays open for the next call was checked under the policy that it was opened for; a client of
/// its own keeps it from serving calls under another one.
pub(crate) struct Transport {
    clients: Mutex<HashMap<Arc<EgressPolicy>, Client>>,
    lookup: Arc<dyn Lookup>,
}

impl Transport {
    pub(crate) fn new(lookup: Arc<dyn Lookup>) -> Self {
        Self { clients: Mutex::default(), lookup }
    }

    /// The client for this policy. It is made at the first call: loading the system's certificates takes time.
    pub(crate) fn client(&self, policy: EgressPolicy) -> Result<GuardedClient, HostError> {
        let mut clients = self.clients.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((policy, client)) = clients.get_key_value(&policy) {
            return Ok(GuardedClient::new(client.clone(), Arc::clone(policy)));
        }
        let policy = Arc::new(policy);
        let resolver = GuardedResolver::new(Arc::clone(&policy), Arc::clone(&self.lookup));
        let client = builder().dns_resolver(resolver).build().map_err(|error| HostError::Internal {
            message: format!("the HTTP client cannot start: {}", failure::chain(&error)),
        })?;
        clients.insert(Arc::clone(&policy), client.clone());
        Ok(GuardedClient::new(client, policy))
    }
}

fn builder() -> ClientBuilder {
    Client::builder()
        // Each hop is checked and built by this crate.
        .redirect(Policy::none())
        .referer(false)
        // Retries are the author's to ask for, and each is in the report.
        .retry(reqwest::retry::never())
        // A proxy from the environment would connect to addresses that nobody checked.
        .no_proxy()
        .connect_timeout(CONNECT_TIMEOUT)
        .http1_max_headers(MAX_HEADERS)
        .http2_max_header_list_size(u32::try_from(MAX_HEADER_BYTES).unwrap_or(u32::MAX))
}

#[cfg(test)]
pub(crate) mod tests;
