//! What the headers of a request say about the call.

use std::fmt::Display;
use std::str::FromStr;

use axum::body::HttpBody as _;
use axum::extract::Request;
use futures_util::TryStreamExt as _;
use http::header::{ACCEPT_ENCODING, CONTENT_TYPE};
use http::{HeaderMap, HeaderValue, Method, StatusCode, Uri};
use indexmap::IndexMap;
use onevent_contract::{ConnectionId, IntegrationId, ProxyRequest};
use onevent_proxy::{BodyError, Decompress, RequestBody, StreamedRequest, check_method};

use crate::error::{ApiError, FieldError};

/// Where the routes lie.
pub(super) const PREFIX: &str = "/proxy";

/// A header with this before its name goes to the provider.
const FORWARDED: &str = "nango-proxy-";

/// A call, as its caller asks for it.
pub(super) struct Forwarded {
    pub(super) integration: IntegrationId,
    pub(super) connection: ConnectionId,
    pub(super) request: StreamedRequest,
}

impl Forwarded {
    pub(super) fn read(request: Request) -> Result<Self, ApiError> {
        let (parts, body) = request.into_parts();
        known_method(&parts.method)?;
        let mut reader = HeaderReader { headers: &parts.headers, mistakes: Vec::new() };
        let integration = reader.required("provider-config-key");
        let connection = reader.required("connection-id");
        let headers = reader.forwarded();
        let asked = ProxyRequest {
            retries: reader.parsed("retries").unwrap_or_default(),
            retry_on: reader.statuses("retry-on"),
            base_url_override: reader.text("base-url-override"),
            forward_headers_on_redirect: reader.flag("forward-headers-on-redirect"),
            headers,
            ..ProxyRequest::new(parts.method.clone(), endpoint(&parts.uri))
        };
        let decompress = match reader.flag("decompress") {
            Some(true) => Decompress::Yes,
            Some(false) | None => Decompress::No { accepted: accepted(&parts.headers) },
        };
        // Clients send it empty. There are no logs that it could belong to.
        reader.text("nango-activity-log-id");
        let (Some(integration), Some(connection), []) = (integration, connection, reader.mistakes.as_slice())
        else {
            return Err(ApiError::invalid("invalid_headers", reader.mistakes));
        };
        let length = body.size_hint().exact();
        let body = RequestBody::new(Box::pin(body.into_data_stream().map_err(BodyError::from)), length);
        Ok(Self { integration, connection, request: StreamedRequest { request: asked, body, decompress } })
    }
}

fn known_method(method: &Method) -> Result<(), ApiError> {
    check_method(method).map_err(|error| {
        ApiError::new(StatusCode::METHOD_NOT_ALLOWED, "method_not_allowed", error.to_string())
    })
}

/// Path and query behind the route's own, as they came.
fn endpoint(uri: &Uri) -> String {
    let path = uri.path().strip_prefix(PREFIX).unwrap_or_default();
    let path = path.strip_prefix('/').unwrap_or(path);
    uri.query().map_or_else(|| path.to_owned(), |query| format!("{path}?{query}"))
}

/// What the caller can unpack: what it says is meant for the provider, which packs. Some clients put a media type here,
/// and a provider may take offence at that.
fn accepted(headers: &HeaderMap) -> Option<HeaderValue> {
    let own =
        headers.get(format!("{FORWARDED}{ACCEPT_ENCODING}")).or_else(|| headers.get(ACCEPT_ENCODING))?;
    let is_coding = |text: &&str| {
        let name = text.split(';').next().unwrap_or_default().trim();
        !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-*".contains(&byte))
    };
    let codings: Vec<&str> = own.to_str().ok()?.split(',').map(str::trim).filter(is_coding).collect();
    (!codings.is_empty()).then(|| HeaderValue::from_str(&codings.join(", ")).ok()).flatten()
}

/// The headers of a request, and what is wrong with them.
struct HeaderReader<'h> {
    headers: &'h HeaderMap,
    mistakes: Vec<FieldError>,
}

impl HeaderReader<'_> {
    fn mistake(&mut self, name: &str, code: &'static str, message: impl Into<String>) {
        self.mistakes.push(FieldError::of(name, code, message));
    }

    /// The text of a header that may be given once: whoever stands before the server may have looked at another one of
    /// them. An empty one is none.
    fn text(&mut self, name: &str) -> Option<String> {
        let mut values = self.headers.get_all(name).iter();
        let first = values.next()?;
        if values.next().is_some() {
            self.mistake(name, "invalid_type", "this header may be given once");
            return None;
        }
        let Ok(text) = first.to_str() else {
            self.mistake(name, "invalid_type", "this header has to be printable ASCII");
            return None;
        };
        let text = text.trim();
        (!text.is_empty()).then(|| text.to_owned())
    }

    fn parsed<T: FromStr<Err: Display>>(&mut self, name: &str) -> Option<T> {
        let text = self.text(name)?;
        text.parse().map_err(|error: T::Err| self.mistake(name, "invalid_format", error.to_string())).ok()
    }

    fn required<T: FromStr<Err: Display>>(&mut self, name: &str) -> Option<T> {
        let known = self.mistakes.len();
        let value = self.parsed(name);
        if value.is_none() && self.mistakes.len() == known {
            self.mistake(name, "invalid_type", "this header is required");
        }
        value
    }

    fn flag(&mut self, name: &str) -> Option<bool> {
        match self.text(name)?.to_ascii_lowercase().as_str() {
            "true" => Some(true),
            "false" => Some(false),
            _ => {
                self.mistake(name, "invalid_value", "this header is `true` or `false`");
                None
            }
        }
    }

    /// Statuses with commas between them.
    fn statuses(&mut self, name: &str) -> Vec<u16> {
        let text = self.text(name).unwrap_or_default();
        let texts = text.split(',').map(str::trim).filter(|text| !text.is_empty());
        let statuses: Result<Vec<u16>, _> = texts.map(str::parse).collect();
        statuses.unwrap_or_else(|_| {
            self.mistake(name, "invalid_format", "this header is a list of statuses: `429,503`");
            Vec::new()
        })
    }

    /// The headers for the provider, each line of a name joined to the others. What a body is, clients say without
    /// the prefix as well. Which of them a caller cannot set at all is for the proxy to say.
    fn forwarded(&mut self) -> IndexMap<String, String> {
        let mut forwarded: IndexMap<String, String> = IndexMap::new();
        for (name, value) in self.headers {
            let Some(name) = name.as_str().strip_prefix(FORWARDED) else { continue };
            if name.is_empty() {
                self.mistake(FORWARDED, "invalid_format", "the name of a header is missing");
                continue;
            }
            let value = latin1(value);
            forwarded
                .entry(name.to_owned())
                .and_modify(|known| *known = format!("{known}, {value}"))
                .or_insert(value);
        }
        if let Some(content_type) = self.headers.get(CONTENT_TYPE) {
            forwarded.entry(CONTENT_TYPE.to_string()).or_insert_with(|| latin1(content_type));
        }
        forwarded
    }
}

/// Headers are bytes; the proxy takes each as one character.
fn latin1(value: &HeaderValue) -> String {
    value.as_bytes().iter().copied().map(char::from).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_endpoint_is_what_stands_behind_the_prefix() {
        for (uri, expected) in [
            ("/proxy", ""),
            ("/proxy/", ""),
            ("/proxy/a//b/", "a//b/"),
            ("/proxy//a", "/a"),
            ("/proxy/a%2Fb?c=%20d&e", "a%2Fb?c=%20d&e"),
            ("/proxy?c", "?c"),
            ("/proxy/https://api.example.com/a", "https://api.example.com/a"),
        ] {
            assert_eq!(endpoint(&uri.parse().unwrap()), expected, "{uri}");
        }
    }

    #[test]
    fn codings_are_what_the_caller_says_and_media_types_are_none() {
        let accepted = |lines: &[(&'static str, &'static str)]| {
            let lines =
                lines.iter().map(|(name, value)| (name.parse().unwrap(), HeaderValue::from_static(value)));
            accepted(&lines.collect()).map(|value| value.to_str().unwrap().to_owned())
        };
        assert_eq!(accepted(&[]), None);
        assert_eq!(accepted(&[("accept-encoding", "gzip, br;q=0.5")]).as_deref(), Some("gzip, br;q=0.5"));
        assert_eq!(accepted(&[("accept-encoding", "application/json")]), None);
        let both = [("accept-encoding", "gzip"), ("nango-proxy-accept-encoding", "zstd")];
        assert_eq!(accepted(&both).as_deref(), Some("zstd"));
    }
}
