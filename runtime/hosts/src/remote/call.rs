//! Calls of a provider through Nango's proxy: `ANY /proxy/<endpoint>`.

use std::time::Duration;

use http::HeaderMap;
use http::header::{CONTENT_TYPE, HeaderName, HeaderValue};
use onevent_contract::{
    CallContext, ConnectionId, HostError, HttpOutcome, HttpRequest, IntegrationId, LastRequest, LogLevel,
    ProxyRequest, ProxyResponse, ResponseHead, RetryHeader, Secret,
};
use onevent_proxy::limits::ATTEMPT_TIMEOUT;
use onevent_proxy::{IGNORED_HEADERS, Origin, OriginAnswer, OriginRequest, check_method, has_body};
use percent_encoding::percent_decode_str;
use url::Url;

use super::client::{NangoApi, insert};
use super::error::RemoteError;
use super::operation::ApiOperation;
use super::proxy_errors::{is_nangos, unanswered};

/// What an author's header is called on its way to Nango.
const PREFIX: &str = "nango-proxy-";

/// One call: for whom, and what of it must not show up in a report.
pub(super) struct RemoteCall<'a> {
    pub(super) api: &'a NangoApi,
    pub(super) context: &'a CallContext,
    pub(super) integration: &'a IntegrationId,
    pub(super) connection: &'a ConnectionId,
    pub(super) secrets: &'a [Secret],
    /// Where the provider is asked, as far as that is known here.
    pub(super) provider_url: Option<Url>,
}

impl RemoteCall<'_> {
    /// Makes the call, once: Nango makes the further attempts. It is recorded in the run's effects.
    pub(super) async fn send(self, request: ProxyRequest) -> Result<ProxyResponse, HostError> {
        let built = self.build(request)?;
        let clock = self.api.clock();
        let (method, url, start) = (built.method.clone(), built.url.clone(), clock.monotonic());
        let shown = Origin::shown(&url, self.secrets.iter().cloned().chain([self.api.secret()]));
        let effect = self.context.effects.http(HttpRequest {
            method: method.to_string(),
            url: shown.clone(),
            attempt: 1,
        });
        let asked = self.provider_url.as_ref().map(|url| Origin::shown(url, self.secrets.iter().cloned()));
        // Whether the provider redirected it is for Nango to know.
        let url = asked.unwrap_or(shown);
        let last_request = LastRequest { method: method.to_string(), url: url.clone(), redirects: 0 };
        let sent = self.api.origin().send(built).await.map_err(|error| match error {
            HostError::BrokenBody { code, message, response } => {
                let response =
                    ResponseHead { url: url.clone(), last_request: last_request.clone(), ..*response };
                HostError::BrokenBody { code, message, response: Box::new(response) }
            }
            other => self.api.unreachable(other).into(),
        });
        let answered = sent.as_ref().map(|answer| answer.status).ok();
        let result = sent.and_then(|answer| self.told_apart(answer));
        let duration = clock.elapsed(start);
        effect.settled(outcome(answered, result.as_ref().err()), duration);
        let OriginAnswer { status, status_text, headers, body } = result?;
        Ok(ProxyResponse { status, status_text, headers, body, url, last_request, duration })
    }

    fn build(&self, request: ProxyRequest) -> Result<OriginRequest, HostError> {
        check_method(&request.method)?;
        let url = self.url(&request.endpoint)?;
        let headers = self.headers(&request)?;
        let timeout = self.timeout(request.retries);
        let mut built = OriginRequest { method: request.method.clone(), url, headers, body: None, timeout };
        built.set_params(request.params.as_ref())?;
        if let Some(body) = request.body.filter(|_| has_body(&built.method)) {
            built.set_body(body)?;
            // Bare for Nango, which reads the body, and for the provider.
            if let Some(content_type) = built.headers.get(CONTENT_TYPE).cloned() {
                built.headers.insert("nango-proxy-content-type", content_type);
            }
        } else {
            built.headers.remove(CONTENT_TYPE);
        }
        Ok(built)
    }

    /// The URL beneath `/proxy/`. An endpoint that leads out of it would ask the API itself, with the secret key.
    fn url(&self, endpoint: &str) -> Result<Url, HostError> {
        let invalid = |message: String| HostError::Configuration { code: "invalid_url".into(), message };
        let base = self.api.url(&["proxy"]).map_err(HostError::from)?;
        let text = format!("{base}/{}", endpoint.trim_start_matches('/'));
        let mut url = Url::parse(&text).map_err(|error| invalid(format!("invalid URL: {error}")))?;
        url.set_fragment(None);
        let inside = url.path().strip_prefix(base.path()).filter(|rest| rest.starts_with('/'));
        // Some servers decode `%2e` and `%2f` before they look at a path.
        let upwards = |path: &str| {
            let decoded: Vec<u8> = percent_decode_str(path).collect();
            decoded.split(|byte| matches!(byte, b'/' | b'\\')).any(|part| part == b"..")
        };
        match inside {
            Some(rest) if !upwards(rest) && url.origin() == base.origin() => Ok(url),
            _ => Err(invalid(format!("the endpoint `{endpoint}` leads out of the provider's API"))),
        }
    }

    fn headers(&self, request: &ProxyRequest) -> Result<HeaderMap, HostError> {
        let mut headers = self.api.headers();
        for (name, value) in &request.headers {
            let lower = name.trim().to_ascii_lowercase();
            if IGNORED_HEADERS.contains(&lower.as_str()) {
                self.log(format!(
                    "the header `{lower}` is not sent: it belongs to the connection, not to the call"
                ));
                continue;
            }
            let invalid = || HostError::Configuration {
                code: "invalid_headers".into(),
                message: format!("the header `{name}` cannot be sent"),
            };
            let value = HeaderValue::from_str(value).map_err(|_| invalid())?;
            if lower == CONTENT_TYPE.as_str() {
                headers.insert(CONTENT_TYPE, value.clone());
            }
            let prefixed =
                HeaderName::from_bytes(format!("{PREFIX}{lower}").as_bytes()).map_err(|_| invalid())?;
            headers.insert(prefixed, value);
        }
        insert(&mut headers, "connection-id", self.connection.as_str())?;
        insert(&mut headers, "provider-config-key", self.integration.as_str())?;
        insert(&mut headers, "retries", &request.retries.to_string())?;
        if !request.retry_on.is_empty() {
            let statuses: Vec<String> = request.retry_on.iter().map(u16::to_string).collect();
            insert(&mut headers, "retry-on", &statuses.join(","))?;
        }
        if let Some(base) = request.base_url_override.as_deref().filter(|base| !base.is_empty()) {
            insert(&mut headers, "base-url-override", base)?;
        }
        // Functions get answers decompressed; Nango would hand on what it does not unpack.
        insert(&mut headers, "decompress", "true")?;
        if let Some(forward) = request.forward_headers_on_redirect {
            insert(&mut headers, "forward-headers-on-redirect", &forward.to_string())?;
        }
        if request.retry_header != RetryHeader::default() {
            self.log("`retryHeader` has no effect: Nango's proxy does not take it".into());
        }
        Ok(headers)
    }

    /// Nango waits between its attempts, so a call with several may take what is left of the run, which is the
    /// engine's to end.
    fn timeout(&self, retries: u32) -> Duration {
        let left = self.context.deadline.saturating_duration_since(self.api.clock().monotonic());
        if retries == 0 { ATTEMPT_TIMEOUT } else { left.saturating_add(ATTEMPT_TIMEOUT) }
    }

    /// The provider's answer, or Nango's own error. Nango marks neither, so its errors are known by their whole shape.
    fn told_apart(&self, answer: OriginAnswer) -> Result<OriginAnswer, HostError> {
        if (200..300).contains(&answer.status) {
            return Ok(answer);
        }
        if let Some(error) = unanswered(&answer) {
            return Err(error);
        }
        if !is_nangos(&answer) {
            return Ok(answer);
        }
        let operation = ApiOperation::Proxy { integration: self.integration, connection: self.connection };
        let error = self.api.refusal(&operation, &answer);
        Err(match error {
            // Nango's answer for a connection that is not there, among other things: its own words say which.
            RemoteError::Answer { status: 400, code, message, .. } => {
                HostError::Api { status: 400, code, message }
            }
            other => other.into(),
        })
    }

    fn log(&self, message: String) {
        self.context.effects.log(LogLevel::Warn, message, None);
    }
}

/// What a report says of the request: Nango's status, unless Nango says that the provider did not answer.
pub(super) fn outcome(answered: Option<u16>, error: Option<&HostError>) -> HttpOutcome {
    match (answered, error) {
        (_, Some(HostError::Network { code, .. })) => HttpOutcome::Failed(code.clone()),
        (_, Some(HostError::BrokenBody { code, response, .. })) => {
            HttpOutcome::Broken { status: response.status, code: code.clone() }
        }
        (Some(status), _) => HttpOutcome::Answered(status),
        (None, error) => HttpOutcome::Failed(error.map_or_else(String::new, |error| error.code().to_owned())),
    }
}
