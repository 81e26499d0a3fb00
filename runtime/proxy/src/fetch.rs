//! Requests without credentials: `nango.uncontrolledFetch` and `fetch`.
//!
//! They go through the same transport and the same egress guard as authenticated calls. Redirects are followed here,
//! each hop checked anew; what an author put into `authorization`, `proxy-authorization` or `cookie` stays behind on
//! the way to another origin. There are no retries.

use std::time::Duration;

use http::HeaderMap;
use http::header::{ACCEPT, HeaderName, HeaderValue, USER_AGENT};
use onevent_contract::{
    CallContext, FetchRequest, FetchResponse, HostError, HttpRequest, LastRequest, LogLevel, ResponseHead,
    limit_met,
};
use url::Url;

use crate::Proxy;
use crate::egress::EgressRules;
use crate::limits::MAX_REDIRECTS;
use crate::request::{DEFAULT_USER_AGENT, IGNORED_HEADERS, check_method};
use crate::transport::{
    Answer as _, Failure, GuardedClient, Hop, HopAnswer, HopBody, exchange, http_outcome, next_plain_hop,
};
use crate::wire::Sent;

/// Codes of refusals, as `nango.uncontrolledFetch` throws them (Nango's).
const URL_NOT_ALLOWED: &str = "url_not_allowed";
const TOO_MANY_REDIRECTS: &str = "too_many_redirects";
const INVALID_REDIRECT: &str = "invalid_redirect";

impl Proxy {
    /// Makes a request as its author wrote it. The rules hold beside the proxy's own policy. Every hop is recorded in `call.effects`; dropping the future ends the request.
    ///
    /// # Errors
    /// [`HostError::Configuration`] with `url_not_allowed`, `too_many_redirects` or `invalid_redirect`, and with
    /// `invalid_method` or `invalid_headers` for what is no HTTP; [`HostError::Network`] when no answer came, and
    /// [`HostError::BrokenBody`] when its body did not arrive as a whole.
    pub async fn fetch(
        &self,
        call: &CallContext,
        request: FetchRequest,
        rules: &EgressRules,
    ) -> Result<FetchResponse, HostError> {
        let policy = self.inner.options.egress.clone().and(rules);
        let client = self.inner.transport.client(policy)?;
        let hop = first_hop(request)?;
        let fetch = Fetch { proxy: self.clone(), context: call.clone(), client };
        self.on_runtime(fetch.run(hop)).await
    }
}

/// One request and what it needs.
struct Fetch {
    proxy: Proxy,
    context: CallContext,
    client: GuardedClient,
}

impl Fetch {
    async fn run(self, mut hop: Hop) -> Result<FetchResponse, HostError> {
        let options = &self.proxy.inner.options;
        let start = options.clock.monotonic();
        let asked = hop.url.clone();
        let mut redirects = 0;
        loop {
            let left = options.attempt_timeout.saturating_sub(options.clock.elapsed(start));
            let answer = self.send(&hop, left).await.map_err(refusal)?;
            let next = next_plain_hop(&hop, &answer)
                .map_err(|_| refused(INVALID_REDIRECT, "the answer redirects to what is no URL"))?;
            let Some(next) = next else { return self.finish(&asked, hop, answer, redirects) };
            if redirects == MAX_REDIRECTS {
                let limit = limit_met("redirects", MAX_REDIRECTS, MAX_REDIRECTS + 1);
                let message = format!("the request was redirected too often ({limit})");
                return Err(refused(TOO_MANY_REDIRECTS, message));
            }
            if !matches!(next.url.scheme(), "http" | "https") {
                let message = format!("the answer redirects to a URL with `{}`", next.url.scheme());
                return Err(refused(INVALID_REDIRECT, message));
            }
            hop = next;
            redirects += 1;
        }
    }

    async fn send(&self, hop: &Hop, left: Duration) -> Result<HopAnswer, Failure> {
        let options = &self.proxy.inner.options;
        let start = options.clock.monotonic();
        let sent = async {
            tokio::time::timeout(left, exchange(&self.client, hop, self.context.effects.budget()))
                .await
                .unwrap_or(Err(Failure::timeout(options.attempt_timeout)))
        };
        let (method, url) = (hop.method.to_string(), shown(&hop.url));
        let effect = self.context.effects.http(HttpRequest { method, url, attempt: 1 });
        let sent = sent.await;
        let duration = options.clock.elapsed(start);
        effect.settled(http_outcome(&sent), duration);
        if let Some(wire) = &options.wire {
            let sent = Sent { hop, url: &shown(&hop.url), attempt: 1, duration, outcome: &sent };
            wire.exchanged(&sent.shown(self.context.effects.hidden()));
        }
        sent
    }

    /// The answer as `fetch` gives it: every header line, that of the coding included, and a body that was cut short
    /// as an error of its own, because its head is known.
    fn finish(
        &self,
        asked: &Url,
        hop: Hop,
        answer: HopAnswer,
        redirects: usize,
    ) -> Result<FetchResponse, HostError> {
        if let Some(message) = answer.unknown_packing() {
            self.context.effects.log(LogLevel::Warn, message, None);
        }
        let (status, url) = (answer.status.as_u16(), String::from(hop.url));
        let HopAnswer { status_text, headers, body, .. } = answer;
        match body {
            Ok(body) => {
                Ok(FetchResponse { status, status_text, headers, body, url, redirected: redirects > 0 })
            }
            Err(broken) => {
                let redirects = u32::try_from(redirects).unwrap_or(u32::MAX);
                let last_request = LastRequest { method: hop.method.to_string(), url, redirects };
                let url = asked.to_string();
                Err(broken.into_error(ResponseHead { status, status_text, headers, url, last_request }))
            }
        }
    }
}

/// A URL as a report shows it: a user name or password, with which it is refused, is left out.
fn shown(url: &Url) -> String {
    let mut shown = url.clone();
    // Fails only for URLs that cannot have them.
    let _ = shown.set_username("");
    let _ = shown.set_password(None);
    shown.to_string()
}

fn first_hop(request: FetchRequest) -> Result<Hop, HostError> {
    let FetchRequest { url, method, headers, body } = request;
    let mut url: Url =
        url.parse().map_err(|error| refused(URL_NOT_ALLOWED, format!("`{url}` is no URL: {error}")))?;
    url.set_fragment(None);
    check_method(&method)?;
    let mut map = HeaderMap::new();
    map.insert(ACCEPT, HeaderValue::from_static("*/*"));
    map.insert(USER_AGENT, HeaderValue::from_static(DEFAULT_USER_AGENT));
    let mut given = HeaderMap::new();
    for (name, value) in &headers {
        let lower = name.to_ascii_lowercase();
        if IGNORED_HEADERS.contains(&lower.as_str()) {
            continue;
        }
        let invalid = || refused("invalid_headers", format!("the header `{name}` cannot be sent"));
        let name = HeaderName::from_bytes(lower.as_bytes()).map_err(|_| invalid())?;
        given.append(name, HeaderValue::from_str(value).map_err(|_| invalid())?);
    }
    // Of each name the author's own, all of them.
    given.keys().for_each(|name| drop(map.remove(name)));
    map.extend(given);
    let body = Some(body).filter(|body| !body.is_empty()).map(HopBody::Held);
    Ok(Hop { method, url, headers: map, body })
}

/// Whatever the policy says no to has one code here; its message says why.
fn refusal(failure: Failure) -> HostError {
    match failure {
        Failure::Refused(refusal) => refused(URL_NOT_ALLOWED, refusal.to_string()),
        Failure::Network { .. } => failure.into_error(),
    }
}

fn refused(code: &str, message: impl Into<String>) -> HostError {
    HostError::Configuration { code: code.into(), message: message.into() }
}
