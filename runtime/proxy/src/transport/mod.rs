//! One request over the wire, its redirects, and what can go wrong on the way.

mod answer;
mod coding;
mod exchange;
mod failure;
mod hop;
mod redirect;

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use onevent_contract::HostError;
use reqwest::Client;
use reqwest::redirect::Policy;

use crate::egress::{EgressPolicy, GuardedResolver};
use crate::limits::{CONNECT_TIMEOUT, MAX_HEADER_BYTES, MAX_HEADERS};

#[cfg(test)]
pub(crate) use answer::BrokenBody;
pub(crate) use answer::{Answer, BodyRead, HopAnswer, OpenAnswer, http_outcome};
pub(crate) use coding::{ACCEPTED, Packing, unpack_passing};
pub(crate) use exchange::{exchange, open};
pub(crate) use failure::Failure;
pub(crate) use hop::{Hop, HopBody};
pub(crate) use redirect::{Next, next_hop, next_plain_hop};

/// The HTTP clients, one for each egress policy.
///
/// A connection that stays open for the next call was checked under the policy that it was opened for; a client of
/// its own keeps it from serving calls under another one.
#[derive(Default)]
pub(crate) struct Transport {
    clients: Mutex<HashMap<EgressPolicy, Client>>,
}

impl Transport {
    /// The client for this policy. It is made at the first call: loading the system's certificates takes time.
    pub(crate) fn client(&self, policy: &EgressPolicy) -> Result<Client, HostError> {
        let mut clients = self.clients.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(client) = clients.get(policy) {
            return Ok(client.clone());
        }
        let client = build(policy).map_err(|error| HostError::Internal {
            message: format!("the HTTP client cannot start: {}", failure::chain(&error)),
        })?;
        clients.insert(policy.clone(), client.clone());
        Ok(client)
    }
}

fn build(policy: &EgressPolicy) -> reqwest::Result<Client> {
    Client::builder()
        // Each hop is checked and built by this crate.
        .redirect(Policy::none())
        .referer(false)
        // Retries are the author's to ask for, and each is in the report.
        .retry(reqwest::retry::never())
        // A proxy from the environment would connect to addresses that nobody checked.
        .no_proxy()
        .dns_resolver(GuardedResolver::new(policy.clone()))
        .connect_timeout(CONNECT_TIMEOUT)
        .http1_max_headers(MAX_HEADERS)
        .http2_max_header_list_size(u32::try_from(MAX_HEADER_BYTES).unwrap_or(u32::MAX))
        .build()
}

#[cfg(test)]
pub(crate) mod tests {
    use http::{HeaderMap, Method};
    use onevent_contract::RootBudget;

    use super::*;
    use crate::egress::EgressRefusal;

    /// What becomes of a request to a closed port, past the check of the URL: the resolver is the last one to ask.
    async fn failure(policy: EgressPolicy) -> Failure {
        let client = Transport::default().client(&policy).unwrap();
        let url = "http://localhost:1/".parse().unwrap();
        let hop = Hop { method: Method::GET, url, headers: HeaderMap::new(), body: None };
        exchange(&client, &hop, &RootBudget::default()).await.unwrap_err()
    }

    #[tokio::test]
    async fn a_name_that_resolves_to_what_is_not_allowed_is_never_connected_to() {
        let refused = failure(EgressPolicy::public_only()).await;
        assert!(matches!(&refused, Failure::Refused(EgressRefusal::DeniedDns { .. })), "{refused:?}");
        let loopback = ["127.0.0.0/8", "::1"].map(|network| network.parse().unwrap());
        let allowed = failure(EgressPolicy::allowing(loopback)).await;
        assert!(matches!(&allowed, Failure::Network { code: "ECONNREFUSED", .. }), "{allowed:?}");
    }

    /// A client that speaks HTTP/2, and a request to a server that resets its answer after the first half.
    pub(crate) async fn reset_by_its_server() -> (Client, Hop) {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}/", listener.local_addr().unwrap()).parse().unwrap();
        tokio::spawn(async move {
            let mut connection = h2::server::handshake(listener.accept().await.unwrap().0).await.unwrap();
            while let Some(Ok((_, mut respond))) = connection.accept().await {
                let head = http::Response::builder().status(404).body(()).unwrap();
                let mut stream = respond.send_response(head, false).unwrap();
                stream.send_data("half".into(), false).unwrap();
                tokio::spawn(async move {
                    // A reset overtakes what was not sent yet.
                    tokio::time::sleep(std::time::Duration::from_millis(100)).await;
                    stream.send_reset(h2::Reason::INTERNAL_ERROR);
                });
            }
        });
        let client = Client::builder().http2_prior_knowledge().no_proxy().build().unwrap();
        (client, Hop { method: Method::GET, url, headers: HeaderMap::new(), body: None })
    }

    #[tokio::test]
    async fn a_stream_of_http_2_that_is_reset_is_an_answer_cut_short() {
        let (client, hop) = reset_by_its_server().await;
        let answer = exchange(&client, &hop, &RootBudget::default()).await.unwrap();
        assert_eq!((answer.status.as_u16(), answer.body), (404, Err(BrokenBody::Aborted)));
    }

    #[test]
    fn each_policy_has_connections_of_its_own_and_keeps_them() {
        let transport = Transport::default();
        let loopback = EgressPolicy::allowing(["127.0.0.0/8".parse().unwrap()]);
        for policy in [EgressPolicy::public_only(), loopback.clone(), EgressPolicy::public_only(), loopback] {
            transport.client(&policy).unwrap();
        }
        assert_eq!(transport.clients.lock().unwrap().len(), 2);
    }
}
