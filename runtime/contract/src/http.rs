//! One HTTP call of a function, before URL, credentials and provider rules are applied to it, and its answer.

use std::time::Duration;

use bytes::Bytes;
use http::Method;
use indexmap::IndexMap;
use serde::{Deserialize, Serialize};

use crate::encoding::{binary, method};
use crate::{ConnectionId, HeaderLines, IntegrationId, JsonText};

/// The query of a call: as an author wrote it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Params {
    /// Appended as it is.
    Text(String),
    /// Names and values, set one by one.
    Pairs(Vec<(String, String)>),
}

/// The body of a call, already of the kind that axios would send.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ProxyBody {
    /// Sent as `application/json` unless the caller set a content type.
    Json(JsonText),
    /// Sent as it is; `application/x-www-form-urlencoded` unless the caller set a content type (as axios).
    Text(String),
    /// Sent as it is, without a default content type.
    Bytes(#[serde(with = "binary")] Bytes),
    /// Sent as `application/x-www-form-urlencoded`.
    Form(Vec<(String, String)>),
    /// Sent as `multipart/form-data`, a text field for each pair.
    Multipart(Vec<(String, String)>),
}

/// How the answer's body is wanted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ResponseType {
    /// Text, JSON if it parses: axios' default.
    #[default]
    Default,
    /// JSON.
    Json,
    /// Text.
    Text,
    /// Bytes.
    ArrayBuffer,
}

/// The `retryHeader` of a call: names of headers that carry a time to wait.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct RetryHeader {
    /// A header that says when: seconds or milliseconds since 1970, or a date.
    pub at: Option<String>,
    /// A header that says after how many seconds.
    pub after: Option<String>,
}

/// A call as the function asked for it. Fields follow Nango's proxy configuration.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ProxyRequest {
    /// Path under the provider's base URL, or an absolute URL that starts with it.
    pub endpoint: String,
    /// The HTTP method.
    #[serde(with = "method")]
    pub method: Method,
    /// Headers, by names in lower case; they override the provider's.
    pub headers: IndexMap<String, String>,
    /// Names of `headers` as the author wrote them, by the names in lower case. A header has none where nobody kept it.
    /// It is never sent: only what recognises a recorded request asks for it.
    pub header_spelling: IndexMap<String, String>,
    /// The query.
    pub params: Option<Params>,
    /// The body; GET and HEAD send none.
    pub body: Option<ProxyBody>,
    /// Extra attempts after the first. Default 0.
    pub retries: u32,
    /// More statuses to retry on.
    pub retry_on: Vec<u16>,
    /// Which headers of an answer say when to try again; they come before the provider's own.
    pub retry_header: RetryHeader,
    /// Replaces the provider's base URL.
    pub base_url_override: Option<String>,
    /// How the body of the answer is wanted.
    pub response_type: ResponseType,
    /// Send the same headers again after a redirect to another origin. `None`: as the provider's template says.
    pub forward_headers_on_redirect: Option<bool>,
    /// Another integration than the run's own.
    pub provider_config_key: Option<IntegrationId>,
    /// Another connection than the run's own.
    pub connection_id: Option<ConnectionId>,
}

impl ProxyRequest {
    /// A call without query, headers and body.
    #[must_use]
    pub fn new(method: Method, endpoint: impl Into<String>) -> Self {
        Self {
            endpoint: endpoint.into(),
            method,
            headers: IndexMap::new(),
            header_spelling: IndexMap::new(),
            params: None,
            body: None,
            retries: 0,
            retry_on: Vec::new(),
            retry_header: RetryHeader::default(),
            base_url_override: None,
            response_type: ResponseType::default(),
            forward_headers_on_redirect: None,
            provider_config_key: None,
            connection_id: None,
        }
    }
}

/// The last request of a call: a redirect may have changed its method and led it elsewhere.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LastRequest {
    /// The method.
    pub method: String,
    /// The URL, without its secrets.
    pub url: String,
    /// How many redirects led to it.
    pub redirects: u32,
}

/// An answer of which the body did not arrive as a whole, whatever its status.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ResponseHead {
    /// The status code.
    pub status: u16,
    /// The reason phrase; the standard one where the protocol carries none.
    pub status_text: String,
    /// The header lines.
    pub headers: HeaderLines,
    /// The URL that was asked first, without its secrets.
    pub url: String,
    /// The request that this is the answer to.
    pub last_request: LastRequest,
}

/// A provider's answer, whatever its status.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ProxyResponse {
    /// The status code.
    pub status: u16,
    /// The reason phrase; the standard one where the protocol carries none.
    pub status_text: String,
    /// The header lines. A coding that was undone is not in them.
    pub headers: HeaderLines,
    /// The body, unpacked.
    #[serde(with = "binary")]
    pub body: Bytes,
    /// The URL that was asked first, without its secrets.
    pub url: String,
    /// The request that this is the answer to.
    pub last_request: LastRequest,
    /// How long the last attempt took.
    pub duration: Duration,
}
