//! The shapes that cross the border, as in `js-sdk/src/ops.ts`.

use bytes::Bytes;
use deno_core::JsBuffer;
use http::Method;
use onevent_contract::{
    ConnectionId, HeldBytes, HostError, IntegrationId, JsonText, LastRequest, MAX_SENT_URL_BYTES,
    MethodError, Params, ProxyBody, ProxyRequest, ProxyResponse, ResponseHead, ResponseType, RetryHeader,
    Violation, limit_met, sendable_method,
};
use serde::{Deserialize, Serialize};

use crate::untaken::{Untaken, WireBytes};

/// A proxy call's headers, pairs and statuses are capped: more is no request that a provider would take.
pub const MAX_PAIRS: usize = 10_000;

#[derive(Serialize)]
pub(crate) struct OpResult<T> {
    ok: Option<T>,
    error: Option<HostFailure>,
    /// The room that the answer takes, until it is V8's.
    #[serde(skip)]
    _held: Option<HeldBytes>,
}

#[derive(Serialize)]
pub(crate) struct HostFailure {
    kind: &'static str,
    code: String,
    message: String,
    status: Option<u16>,
    /// Only for `answer`: the body, as JSON text.
    body: Option<String>,
    /// Only for `broken_body`: what came of the answer.
    response: Option<WireHead>,
}

impl<T> OpResult<T> {
    pub(crate) fn of(result: Result<T, HostError>) -> Self {
        match result {
            Ok(value) => Self { ok: Some(value), error: None, _held: None },
            Err(error) => Self { ok: None, error: Some(error.into()), _held: None },
        }
    }

    /// Of an answer that takes room.
    pub(crate) fn holding(result: Result<(T, Option<HeldBytes>), HostError>) -> Self {
        match result {
            Ok((value, held)) => Self { _held: held, ..Self::of(Ok(value)) },
            Err(error) => Self::of(Err(error)),
        }
    }
}

impl From<HostError> for HostFailure {
    fn from(error: HostError) -> Self {
        let message = error.to_string();
        let (mut text, mut head) = (None, None);
        let (kind, code, status) = match error {
            HostError::Network { code, .. } => ("network", code, None),
            HostError::BrokenBody { code, response, .. } => {
                let status = response.status;
                head = Some(WireHead::new(*response));
                ("broken_body", code, Some(status))
            }
            HostError::Configuration { code, .. } => ("configuration", code, None),
            HostError::Api { code, status, .. } => ("api", code, Some(status)),
            HostError::Answer { status, body } => {
                text = Some(body.to_string());
                ("answer", "api_error".to_owned(), Some(status))
            }
            HostError::Unsupported { .. } => ("unsupported", "unsupported".to_owned(), None),
            // `RunState::ask` ends the run on these before they come here.
            HostError::Internal { .. } => ("configuration", "host_error".to_owned(), None),
        };
        Self { kind, code, message, status, body: text, response: head }
    }
}

/// A refusal that the author caused, with a stable code.
pub(crate) fn refused(code: &str, message: impl Into<String>) -> HostError {
    HostError::Configuration { code: code.into(), message: message.into() }
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct WireRequest {
    endpoint: String,
    method: String,
    headers: Vec<(String, String)>,
    params_text: Option<String>,
    params_pairs: Option<Vec<(String, String)>>,
    body_kind: String,
    body_text: Option<String>,
    body_pairs: Option<Vec<(String, String)>>,
    retries: f64,
    retry_on: Vec<u16>,
    retry_header_at: Option<String>,
    retry_header_after: Option<String>,
    base_url_override: Option<String>,
    response_type: String,
    forward_headers_on_redirect: Option<bool>,
    provider_config_key: Option<String>,
    connection_id: Option<String>,
}

impl WireRequest {
    /// At least so long is its URL.
    fn url_bytes(&self) -> usize {
        let pairs = self.params_pairs.iter().flatten().map(|(name, value)| name.len() + value.len() + 2);
        self.endpoint.len() + self.params_text.as_ref().map_or(0, String::len) + pairs.sum::<usize>()
    }

    /// The request that a host understands. The SDK has checked most of this; a function that talks to the op
    /// itself gets the same answers.
    pub(crate) fn into_request(self, bytes: Option<JsBuffer>) -> Result<ProxyRequest, HostError> {
        let pairs = self.headers.len()
            + self.params_pairs.as_ref().map_or(0, Vec::len)
            + self.body_pairs.as_ref().map_or(0, Vec::len)
            + self.retry_on.len();
        if pairs > MAX_PAIRS {
            let message = format!(
                "a request with too many headers and fields ({})",
                limit_met("request_fields", MAX_PAIRS, pairs)
            );
            return Err(refused("invalid_request", message));
        }
        check_url(self.url_bytes())?;
        if let Some(status) = self.retry_on.iter().find(|status| !(100..=599).contains(*status)) {
            return Err(refused("invalid_retryOn", format!("{status} in retryOn is not an HTTP status")));
        }
        let method = method(&self.method)?;
        let body = match self.body_kind.as_str() {
            "none" => None,
            "json" => {
                let text = self.body_text.unwrap_or_default();
                let text = JsonText::new(text).map_err(|error| {
                    refused("invalid_body", format!("the body is not JSON that can be sent: {error}"))
                })?;
                Some(ProxyBody::Json(text))
            }
            "text" => Some(ProxyBody::Text(self.body_text.unwrap_or_default())),
            "bytes" => Some(ProxyBody::Bytes(
                bytes.map(|buffer| Bytes::copy_from_slice(&buffer)).unwrap_or_default(),
            )),
            "form" => Some(ProxyBody::Form(self.body_pairs.unwrap_or_default())),
            "multipart" => Some(ProxyBody::Multipart(self.body_pairs.unwrap_or_default())),
            other => return Err(refused("invalid_body", format!("`{other}` is not a kind of body"))),
        };
        let mut request = ProxyRequest::new(method, self.endpoint);
        for (written, value) in self.headers {
            let name = written.to_lowercase();
            request.headers.insert(name.clone(), value);
            request.header_spelling.insert(name, written);
        }
        request.params = match (self.params_text, self.params_pairs) {
            (Some(text), _) => Some(Params::Text(text)),
            (None, Some(pairs)) => Some(Params::Pairs(pairs)),
            (None, None) => None,
        };
        request.body = body;
        // Not a count: a float that saturates, so that `retries: 1e300` is just very many.
        request.retries = self.retries.clamp(0.0, f64::from(u16::MAX)) as u32;
        request.retry_on = self.retry_on;
        request.retry_header = RetryHeader { at: self.retry_header_at, after: self.retry_header_after };
        request.base_url_override = self.base_url_override;
        request.response_type = match self.response_type.as_str() {
            "json" => ResponseType::Json,
            "text" => ResponseType::Text,
            "arraybuffer" => ResponseType::ArrayBuffer,
            _ => ResponseType::Default,
        };
        request.forward_headers_on_redirect = self.forward_headers_on_redirect;
        request.provider_config_key = self.provider_config_key.map(integration_id).transpose()?;
        request.connection_id = self.connection_id.map(connection_id).transpose()?;
        Ok(request)
    }
}

/// A URL that cannot be sent is not even made: on the way it would be copied some times.
pub(crate) fn check_url(bytes: usize) -> Result<(), HostError> {
    if bytes <= MAX_SENT_URL_BYTES {
        return Ok(());
    }
    let limit = limit_met("sent_url_bytes", MAX_SENT_URL_BYTES, bytes);
    Err(refused("url_too_long", format!("no server takes a URL as long as that ({limit})")))
}

/// A method that can be sent, whatever host stands behind the call.
pub(crate) fn method(name: &str) -> Result<Method, HostError> {
    sendable_method(name).map_err(|error| refused(MethodError::CODE, error.to_string()))
}

/// The header lines of what a provider answered, as axios gives them.
pub(crate) fn with_axios_headers(error: HostError) -> HostError {
    match error {
        HostError::BrokenBody { code, message, mut response } => {
            response.headers = response.headers.combined_lines();
            HostError::BrokenBody { code, message, response }
        }
        other => other,
    }
}

pub(crate) fn integration_id(text: String) -> Result<IntegrationId, HostError> {
    IntegrationId::new(text).map_err(|error| refused("invalid_provider_config_key", error.to_string()))
}

pub(crate) fn connection_id(text: String) -> Result<ConnectionId, HostError> {
    ConnectionId::new(text).map_err(|error| refused("invalid_connection_id", error.to_string()))
}

/// An answer without its body.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct WireHead {
    status: u16,
    status_text: String,
    headers: Vec<(String, String)>,
    url: String,
    last_method: String,
    last_url: String,
    redirected: bool,
}

impl WireHead {
    fn new(head: ResponseHead) -> Self {
        let ResponseHead { status, status_text, headers, url, last_request } = head;
        let LastRequest { method: last_method, url: last_url, redirects } = last_request;
        let (headers, redirected) = (headers.into(), redirects > 0);
        Self { status, status_text, headers, url, last_method, last_url, redirected }
    }
}

#[derive(Serialize)]
pub(crate) struct WireResponse {
    #[serde(flatten)]
    head: WireHead,
    text: Option<String>,
    bytes: Option<WireBytes>,
}

impl WireResponse {
    /// As text, which takes the room until it is V8's; or as bytes, which take it until somebody takes them.
    pub(crate) fn new(
        response: ProxyResponse,
        wanted: ResponseType,
        held: HeldBytes,
        untaken: &Untaken,
    ) -> (Self, Option<HeldBytes>) {
        let ProxyResponse { status, status_text, headers, body, url, last_request, duration: _ } = response;
        let (text, bytes, held) = match wanted {
            ResponseType::ArrayBuffer => (None, Some(untaken.keep(body, held)), None),
            ResponseType::Default | ResponseType::Json | ResponseType::Text => {
                (Some(text(body)), None, Some(held))
            }
        };
        let headers = headers.combined_lines();
        let head = WireHead::new(ResponseHead { status, status_text, headers, url, last_request });
        (Self { head, text, bytes }, held)
    }
}

/// The text of a body; what is no UTF-8 is replaced. A body that is text is not copied.
fn text(body: Bytes) -> String {
    String::from_utf8(body.into())
        .unwrap_or_else(|error| String::from_utf8_lossy(error.as_bytes()).into_owned())
}

#[derive(Serialize)]
pub(crate) struct WriteResult {
    pub(crate) outcome: &'static str,
    pub(crate) violations: Vec<Violation>,
}

#[derive(Serialize)]
pub(crate) struct WireMetadata {
    pub(crate) json: String,
    pub(crate) version: u64,
}
