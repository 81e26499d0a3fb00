//! Calls whose bodies are passed on while they arrive.

mod ended;
mod limits;
mod packed;
mod passed;
mod repeated;

use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::extract::Request;
use axum::response::{IntoResponse as _, Response};
use bytes::Bytes;
use futures_util::{Stream, StreamExt as _, stream};
use http::{HeaderValue, Method};
use onevent_contract::{Clock as _, HostError, ProxyRequest, SystemClock};
use onevent_proxy::limits::MAX_REPEATABLE_BODY_BYTES;
use onevent_proxy::{
    BodyError, Decompress, RequestBody, StreamedAnswer, StreamedCall, StreamedRequest, Target,
};
use serde_json::json;

use crate::setup::{Setup, serve};

/// A piece of a body.
const PIECE: &[u8] = &[b'x'; 64 * 1024];

/// How many pieces are more than is kept.
const MANY: usize = 2 * MAX_REPEATABLE_BODY_BYTES / PIECE.len();

pub(crate) const AS_IT_COMES: Decompress = Decompress::No { accepted: None };

fn pieces(count: usize) -> impl Stream<Item = Result<Bytes, BodyError>> + Send + 'static {
    stream::iter((0..count).map(|_| Ok(Bytes::from_static(PIECE))))
}

/// A body without a length.
fn body(pieces: impl Stream<Item = Result<Bytes, BodyError>> + Send + 'static) -> RequestBody {
    RequestBody::new(Box::pin(pieces), None)
}

/// A body of this length.
fn sized(count: usize) -> RequestBody {
    RequestBody::new(Box::pin(pieces(count)), Some((count * PIECE.len()) as u64))
}

fn text(text: &'static str) -> RequestBody {
    body(stream::iter([Ok(Bytes::from_static(text.as_bytes()))]))
}

impl Setup {
    async fn stream(
        &self,
        target: &Target,
        request: ProxyRequest,
        body: RequestBody,
        decompress: Decompress,
    ) -> Result<StreamedAnswer, HostError> {
        let call = StreamedCall {
            effects: self.call.effects.clone(),
            deadline: SystemClock.monotonic() + Duration::from_secs(3_000),
        };
        let request = StreamedRequest { request, body, decompress };
        self.proxy.stream(&call, Arc::new(target.clone()), request).await
    }

    async fn stream_get(&self, target: &Target, endpoint: &str) -> Result<StreamedAnswer, HostError> {
        self.stream(target, ProxyRequest::new(Method::GET, endpoint), RequestBody::empty(), AS_IT_COMES).await
    }

    async fn stream_post(&self, target: &Target, body: RequestBody) -> Result<StreamedAnswer, HostError> {
        self.stream(target, ProxyRequest::new(Method::POST, "/x"), body, AS_IT_COMES).await
    }
}

async fn read(answer: StreamedAnswer) -> Result<Vec<u8>, HostError> {
    let mut body = answer.body;
    let mut read = Vec::new();
    while let Some(piece) = body.next().await {
        read.extend_from_slice(&piece?);
    }
    Ok(read)
}

async fn read_json(answer: StreamedAnswer) -> serde_json::Value {
    serde_json::from_slice(&read(answer).await.unwrap()).unwrap()
}

fn code_of(error: HostError) -> String {
    match error {
        HostError::Network { code, .. } => format!("network {code}"),
        HostError::Configuration { code, .. } => format!("configuration {code}"),
        other => panic!("unexpected {other:?}"),
    }
}

/// A server that says how long a body was and how it was framed.
async fn counting_server() -> String {
    serve(Router::new().fallback(count)).await
}

async fn count(request: Request) -> Response {
    let (parts, body) = request.into_parts();
    let header =
        |name: &str| parts.headers.get(name).map(|value: &HeaderValue| value.to_str().unwrap().to_owned());
    let mut counted = json!({
        "method": parts.method.as_str(),
        "length": header("content-length"),
        "framing": header("transfer-encoding"),
        "accepted": header("accept-encoding"),
        "authorization": header("authorization"),
        "content_type": header("content-type"),
    });
    let mut pieces = body.into_data_stream();
    let mut bytes = 0;
    while let Some(piece) = pieces.next().await {
        bytes += piece.unwrap().len();
    }
    counted["bytes"] = json!(bytes);
    axum::Json(counted).into_response()
}

fn streaming(body: impl Stream<Item = Result<Bytes, std::io::Error>> + Send + 'static) -> Response {
    Response::new(Body::from_stream(body))
}
