//! Handing a request on, and its answer back.

use std::time::Duration;

use axum::body::{Body, Bytes, HttpBody};
use axum::extract::Request;
use axum::http::header::{
    CONNECTION, CONTENT_LENGTH, EXPECT, HOST, PROXY_AUTHENTICATE, PROXY_AUTHORIZATION, TE, TRAILER,
    TRANSFER_ENCODING, UPGRADE,
};
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderName, StatusCode, Uri};
use axum::response::Response;
use futures_util::{StreamExt as _, TryStreamExt as _, stream};
use onevent_contract::HostError;
use onevent_proxy::{Origin, PassedRequest, RequestBody, StreamedAnswer};
use percent_encoding::percent_decode_str;
use url::Url;

use crate::error::ApiError;

/// The longest time to the head of an answer: an action of Nango's may run for 15 minutes.
const HEAD_TIMEOUT: Duration = Duration::from_secs(16 * 60);

/// The longest time to the end of an answer that is looked into: it holds up whatever else is to be done with the connection.
const WHOLE_TIMEOUT: Duration = Duration::from_secs(2 * 60);

/// What belongs to one connection between two machines, and not to the request.
const HOP_BY_HOP: [HeaderName; 7] =
    [CONNECTION, PROXY_AUTHENTICATE, PROXY_AUTHORIZATION, TE, TRAILER, TRANSFER_ENCODING, UPGRADE];

/// Hands a request on as it is, while it arrives, and its answer back, while that arrives.
pub(super) async fn through(to: &Origin, request: Request) -> Result<Response, ApiError> {
    let (head, body) = request.into_parts();
    let length = head.headers.get(CONTENT_LENGTH).and_then(|length| length.to_str().ok()?.parse().ok());
    let length = length.or_else(|| HttpBody::size_hint(&body).exact());
    let pieces = body.into_data_stream().map_err(Into::into);
    let url = url(to, &head.uri)?;
    let answer = send(to, &head, url, RequestBody::new(Box::pin(pieces), length)).await?;
    Ok(answered(answer))
}

/// An answer of which everything is here.
pub(super) struct Whole {
    pub(super) status: StatusCode,
    pub(super) headers: HeaderMap,
    pub(super) body: Bytes,
}

impl Whole {
    pub(super) fn into_response(self) -> Response {
        let mut response = Response::new(Body::from(self.body));
        *response.status_mut() = self.status;
        *response.headers_mut() = self.headers;
        response
    }
}

/// Hands a request on whose body is here already, to the same path.
pub(super) async fn whole(to: &Origin, head: &Parts, body: Bytes, limit: usize) -> Result<Whole, ApiError> {
    let url = url(to, &head.uri)?;
    whole_to(to, head, url, body, limit).await
}

/// The same to the origin's own URL.
pub(super) async fn whole_to_base(
    to: &Origin,
    head: &Parts,
    body: Bytes,
    limit: usize,
) -> Result<Whole, ApiError> {
    whole_to(to, head, to.base().clone(), body, limit).await
}

async fn whole_to(to: &Origin, head: &Parts, url: Url, body: Bytes, limit: usize) -> Result<Whole, ApiError> {
    let mut head = head.clone();
    // What is looked into must not come packed.
    head.headers.remove(http::header::ACCEPT_ENCODING);
    let length = u64::try_from(body.len()).ok();
    let body = RequestBody::new(Box::pin(stream::iter([Ok(body)])), length);
    let whole = async {
        let answer = send(to, &head, url, body).await?;
        collected(to, answer, limit).await
    };
    let in_time = tokio::time::timeout(WHOLE_TIMEOUT, whole).await;
    in_time.unwrap_or_else(|_| {
        let message = format!("{} has not answered after {} seconds", to.base(), WHOLE_TIMEOUT.as_secs());
        Err(ApiError::new(StatusCode::GATEWAY_TIMEOUT, "gateway_timeout", message))
    })
}

async fn collected(to: &Origin, answer: StreamedAnswer, limit: usize) -> Result<Whole, ApiError> {
    let StreamedAnswer { status, headers, body: mut pieces } = answer;
    let mut body = Vec::new();
    while let Some(piece) = pieces.next().await {
        body.extend_from_slice(&piece.map_err(|error| unreachable(to, &error))?);
        if body.len() > limit {
            let message = format!("the answer of {} is too large", to.base());
            return Err(ApiError::new(StatusCode::BAD_GATEWAY, "bad_gateway", message));
        }
    }
    Ok(Whole { status, headers: end_to_end(&headers), body: body.into() })
}

async fn send(to: &Origin, head: &Parts, url: Url, body: RequestBody) -> Result<StreamedAnswer, ApiError> {
    let mut headers = end_to_end(&head.headers);
    headers.remove(HOST);
    headers.remove(EXPECT);
    let method = head.method.clone();
    let request = PassedRequest { method, url, headers, body, head_timeout: HEAD_TIMEOUT };
    to.pass(request).await.map_err(|error| unreachable(to, &error))
}

fn answered(answer: StreamedAnswer) -> Response {
    let StreamedAnswer { status, headers, body } = answer;
    let mut response = Response::new(Body::from_stream(body));
    *response.status_mut() = status;
    *response.headers_mut() = end_to_end(&headers);
    response
}

/// The same URL at another origin.
fn url(to: &Origin, uri: &Uri) -> Result<Url, ApiError> {
    // A URL has no such segments: they would be taken out, and the path be another than the one that was looked at.
    let moves = |segment: &str| {
        let decoded: Vec<u8> = percent_decode_str(segment).collect();
        matches!(decoded.as_slice(), b"." | b"..")
    };
    if uri.path().split(['/', '\\']).any(moves) {
        let message = "a path with the segments `.` or `..` is not handed on";
        return Err(ApiError::new(StatusCode::BAD_REQUEST, "invalid_url", message));
    }
    let mut url = to.base().clone();
    let path = format!("{}{}", url.path().trim_end_matches('/'), uri.path());
    url.set_path(&path);
    url.set_query(uri.query());
    Ok(url)
}

/// The headers without those of the transport.
fn end_to_end(headers: &HeaderMap) -> HeaderMap {
    let named: Vec<String> = headers
        .get_all(CONNECTION)
        .iter()
        .filter_map(|line| line.to_str().ok())
        .flat_map(|line| line.split(',').map(|name| name.trim().to_ascii_lowercase()))
        .collect();
    let stays = |name: &HeaderName| {
        !HOP_BY_HOP.contains(name)
            && name != "keep-alive"
            && !named.iter().any(|other| name == other.as_str())
    };
    let kept = headers.iter().filter(|(name, _)| stays(name));
    kept.map(|(name, value)| (name.clone(), value.clone())).collect()
}

fn unreachable(to: &Origin, error: &HostError) -> ApiError {
    tracing::warn!(to = %to.base(), %error, "a request was not handed on");
    let message = format!("{} gave no answer: {error}", to.base());
    ApiError::new(StatusCode::BAD_GATEWAY, "bad_gateway", message)
}
