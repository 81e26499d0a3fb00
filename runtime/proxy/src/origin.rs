//! Requests to one server that the owner of the installation named: a Nango API, or his own app. It is no provider of a
//! connection, so there is no template and no credentials of a customer, and it may be on this machine; it
//! cannot be a cloud's metadata service.

use std::time::Duration;

use bytes::Bytes;
use http::header::{ACCEPT_ENCODING, CONTENT_LENGTH, CONTENT_TYPE, HeaderValue};
use http::{HeaderMap, Method};
use onevent_contract::{
    Clock, HeaderLines, HostError, LastRequest, Params, ProxyBody, ResponseHead, RootBudget, Secret,
};
use tokio_util::sync::CancellationToken;
use url::Url;

use crate::egress::EgressPolicy;
use crate::request::{ContentType, Secrets, add_params, encoded};
use crate::streamed::as_it_came;
use crate::transport::{Failure, Hop, HopAnswer, HopBody, exchange, open};
use crate::{Proxy, RequestBody, StreamedAnswer};

/// A server, by its base URL. Cheap to clone.
///
/// What is sent stays with the URL's origin: a redirect is an answer like any other and is not followed, and TLS
/// certificates are verified.
#[derive(Debug, Clone)]
pub struct Origin {
    proxy: Proxy,
    base: Url,
}

/// One request to an [`Origin`].
#[derive(Debug, Clone)]
pub struct OriginRequest {
    /// The method.
    pub method: Method,
    /// The whole URL; it has to lie beneath the base URL.
    pub url: Url,
    /// The headers. Mark secrets as sensitive.
    pub headers: HeaderMap,
    /// The body.
    pub body: Option<Bytes>,
    /// The longest time to the last byte of the answer.
    pub timeout: Duration,
}

impl OriginRequest {
    /// Puts a query into the URL.
    ///
    /// # Errors
    /// [`HostError::Configuration`] with `invalid_query_params` for a text where the URL has a query already.
    pub fn set_params(&mut self, params: Option<&Params>) -> Result<(), HostError> {
        add_params(&mut self.url, params)
    }

    /// Puts a body in as axios would send it. A content type in the headers stays, unless the body names a boundary
    /// of its own.
    ///
    /// # Errors
    /// [`HostError::Configuration`] for a body of a kind that is not supported.
    pub fn set_body(&mut self, body: ProxyBody) -> Result<(), HostError> {
        let (bytes, content_type) = encoded(body)?;
        match content_type {
            ContentType::None => {}
            ContentType::Default(value) => {
                self.headers.entry(CONTENT_TYPE).or_insert(HeaderValue::from_static(value));
            }
            ContentType::Fixed(value) => {
                // A boundary is made of letters, digits and dashes.
                if let Ok(value) = HeaderValue::from_str(&value) {
                    self.headers.insert(CONTENT_TYPE, value);
                }
            }
        }
        self.body = Some(bytes);
        Ok(())
    }
}

/// One request to an [`Origin`] that somebody else has made, to be handed on while it arrives.
#[derive(Debug)]
pub struct PassedRequest {
    /// The method.
    pub method: Method,
    /// The whole URL; it has to lie beneath the base URL.
    pub url: Url,
    /// The headers, without those of the transport that it came over.
    pub headers: HeaderMap,
    /// The body; without a length it is sent in chunks.
    pub body: RequestBody,
    /// The longest time to the head of the answer. It does not run while the body still arrives.
    pub head_timeout: Duration,
}

/// What an [`Origin`] answered, whatever the status.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OriginAnswer {
    /// The status code.
    pub status: u16,
    /// The reason phrase; the standard one where the protocol carries none.
    pub status_text: String,
    /// The header lines.
    pub headers: HeaderLines,
    /// The body, unpacked.
    pub body: Bytes,
}

impl Origin {
    /// The server at `base`, asked with this proxy's connections.
    #[must_use]
    pub fn new(proxy: &Proxy, base: Url) -> Self {
        Self { proxy: proxy.clone(), base }
    }

    /// The base URL.
    #[must_use]
    pub fn base(&self) -> &Url {
        &self.base
    }

    /// The clock of the proxy.
    #[must_use]
    pub fn clock(&self) -> &dyn Clock {
        &*self.proxy.inner.options.clock
    }

    /// A URL as a report shows it: without these secrets, in whatever spelling.
    #[must_use]
    pub fn shown(url: &Url, secrets: impl IntoIterator<Item = Secret>) -> String {
        Secrets::of_texts(secrets).shown(url)
    }

    /// Sends a request, once. Dropping the future ends it.
    ///
    /// # Errors
    /// [`HostError::Network`] when no answer came, [`HostError::BrokenBody`] when its body did not arrive as a whole,
    /// and [`HostError::Configuration`] for a URL that is not beneath the base URL.
    pub async fn send(&self, request: OriginRequest) -> Result<OriginAnswer, HostError> {
        let OriginRequest { method, url, headers, body, timeout } = request;
        if !self.covers(&url) {
            return Err(self.outside());
        }
        let client = self.proxy.inner.transport.client(EgressPolicy::of_the_operator())?;
        let hop = Hop { method, url, headers, body: body.map(HopBody::Held) };
        self.proxy
            .on_runtime(async move {
                let sent =
                    tokio::time::timeout(timeout, exchange(&client, &hop, &RootBudget::default())).await;
                let answer = sent.unwrap_or(Err(Failure::timeout(timeout))).map_err(Failure::into_error)?;
                answered(&hop, answer)
            })
            .await
    }

    /// Hands a request on, once, and its answer back, as both come: nothing is unpacked, and memory does not grow with a
    /// body. Dropping the future, or the answer's body, ends the request.
    ///
    /// # Errors
    /// As [`Origin::send`], but for the body of the answer, which is still to come.
    pub async fn pass(&self, request: PassedRequest) -> Result<StreamedAnswer, HostError> {
        let PassedRequest { method, url, mut headers, body, head_timeout } = request;
        if !self.covers(&url) {
            return Err(self.outside());
        }
        let accepted = headers.remove(ACCEPT_ENCODING).unwrap_or(HeaderValue::from_static("identity"));
        headers.remove(CONTENT_LENGTH);
        let client = self.proxy.inner.transport.client(EgressPolicy::of_the_operator())?;
        let given_up = CancellationToken::new();
        let guard = given_up.clone().drop_guard();
        let upload = body.passing(given_up);
        let hop = Hop { method, url, headers, body: upload.clone().map(HopBody::Passing) };
        let head = self.proxy.on_runtime(async move {
            let silent = async {
                match &upload {
                    Some(upload) => upload.stalled(head_timeout).await,
                    None => tokio::time::sleep(head_timeout).await,
                }
            };
            tokio::select! {
                head = open(&client, &hop, &accepted) => head.map_err(Failure::into_error),
                () = silent => Err(Failure::timeout(head_timeout).into_error()),
            }
        });
        Ok(as_it_came(head.await?, guard))
    }

    fn outside(&self) -> HostError {
        HostError::Configuration {
            code: "invalid_url".into(),
            message: format!("the request leads out of {}", self.base),
        }
    }

    /// The same scheme, host and port, and the base URL's path or one beneath it.
    fn covers(&self, url: &Url) -> bool {
        let base = self.base.path().trim_end_matches('/');
        let rest = url.path().strip_prefix(base);
        let beneath = rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('/'));
        url.origin() == self.base.origin() && url.username().is_empty() && url.password().is_none() && beneath
    }
}

fn answered(hop: &Hop, answer: HopAnswer) -> Result<OriginAnswer, HostError> {
    let (status, headers) = (answer.status.as_u16(), answer.axios_headers(hop.method.as_str()));
    let HopAnswer { status_text, body, .. } = answer;
    match body {
        Ok(body) => Ok(OriginAnswer { status, status_text, headers, body }),
        Err(broken) => {
            // Who asks knows better which call this was.
            let last_request =
                LastRequest { method: hop.method.to_string(), url: String::new(), redirects: 0 };
            let url = String::new();
            Err(broken.into_error(ResponseHead { status, status_text, headers, url, last_request }))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ProxyOptions;

    #[tokio::test]
    async fn nothing_is_sent_to_another_origin_or_above_the_base() {
        let proxy = Proxy::new(ProxyOptions::default()).unwrap();
        let origin = Origin::new(&proxy, "http://127.0.0.1:1/nango/".parse().unwrap());
        for (url, code) in [
            ("http://127.0.0.1:1/nango/connections", "ECONNREFUSED"),
            ("http://127.0.0.1:1/nango/../connections", "invalid_url"),
            ("http://127.0.0.1:1/nangox/connections", "invalid_url"),
            ("http://127.0.0.1:2/nango/connections", "invalid_url"),
            ("https://127.0.0.1:1/nango/connections", "invalid_url"),
            ("http://me@127.0.0.1:1/nango/connections", "invalid_url"),
        ] {
            let request = OriginRequest {
                method: Method::GET,
                url: url.parse().unwrap(),
                headers: HeaderMap::new(),
                body: None,
                timeout: Duration::from_secs(10),
            };
            let (HostError::Network { code: got, .. } | HostError::Configuration { code: got, .. }) =
                origin.send(request).await.unwrap_err()
            else {
                panic!("{url}")
            };
            assert_eq!(got, code, "{url}");
        }
    }
}
