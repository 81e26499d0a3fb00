//! Requests that tell somebody something: webhooks to the operator's app. No provider, no credentials of a customer.

use std::time::Duration;

use bytes::Bytes;
use http::{HeaderMap, Method};
use onevent_contract::{HostError, RootBudget};
use url::Url;

use crate::Proxy;
use crate::egress::EgressPolicy;
use crate::transport::{Failure, Hop, HopBody, exchange};

/// Who named the URL of a notice.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NoticeTo {
    /// The owner of the installation: it may be on this machine, and at any port.
    Operator,
    /// A client: it goes where functions may go.
    Client,
}

/// One notice.
#[derive(Debug, Clone)]
pub struct Notice {
    /// Who named its URL.
    pub to: NoticeTo,
    /// Where it goes.
    pub url: Url,
    /// Its headers. Mark secrets as sensitive.
    pub headers: HeaderMap,
    /// Its body.
    pub body: Bytes,
    /// The longest time to the last byte of the answer.
    pub timeout: Duration,
}

impl Proxy {
    /// Sends a notice, once, and answers with the status. A redirect is an answer like any other and is not followed:
    /// what is signed for one receiver is not handed to another. Dropping the future ends the request.
    ///
    /// # Errors
    /// [`HostError::Network`] when no answer came, and the refusal of the egress policy.
    pub async fn notify(&self, notice: Notice) -> Result<u16, HostError> {
        let Notice { to, url, headers, body, timeout } = notice;
        let policy = match to {
            NoticeTo::Operator => EgressPolicy::of_the_operator(),
            NoticeTo::Client => self.inner.options.egress.clone(),
        };
        let client = self.inner.transport.client(policy)?;
        let hop = Hop { method: Method::POST, url, headers, body: Some(HopBody::Held(body)) };
        self.on_runtime(async move {
            let sent = tokio::time::timeout(timeout, exchange(&client, &hop, &RootBudget::default())).await;
            let answer = sent.unwrap_or(Err(Failure::timeout(timeout))).map_err(Failure::into_error)?;
            Ok(answer.status.as_u16())
        })
        .await
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ProxyOptions;

    #[tokio::test]
    async fn only_the_operator_may_name_a_host_of_this_network() {
        let proxy = Proxy::new(ProxyOptions::default()).unwrap();
        let notice = |to| Notice {
            to,
            url: "http://127.0.0.1:1/hook".parse().unwrap(),
            headers: HeaderMap::new(),
            body: Bytes::from_static(b"{}"),
            timeout: Duration::from_secs(10),
        };
        let refused = proxy.notify(notice(NoticeTo::Client)).await.unwrap_err().to_string();
        assert!(!refused.contains("ECONNREFUSED") && refused.contains("127.0.0.1"), "{refused}");
        let HostError::Network { code, .. } = proxy.notify(notice(NoticeTo::Operator)).await.unwrap_err()
        else {
            panic!("not sent")
        };
        assert_eq!(code, "ECONNREFUSED");
    }
}
