//! Providers.

use std::collections::BTreeMap;

use axum::Router;
use axum::extract::Request;
use axum::response::{IntoResponse as _, Response};
use futures_util::StreamExt as _;
use serde_json::json;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpListener;
use tokio::sync::mpsc;

pub(crate) async fn serve(router: Router) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
    url
}

/// A provider that says what it was asked.
pub(super) fn echo() -> Router {
    Router::new().fallback(echoed)
}

pub(super) async fn echoed(request: Request) -> Response {
    let (parts, body) = request.into_parts();
    let headers: BTreeMap<&str, String> = parts
        .headers
        .iter()
        .map(|(name, value)| (name.as_str(), String::from_utf8_lossy(value.as_bytes()).into_owned()))
        .collect();
    let mut echoed =
        json!({ "method": parts.method.as_str(), "url": parts.uri.to_string(), "headers": headers });
    let (mut bytes, mut text) = (0, String::new());
    let mut pieces = body.into_data_stream();
    while let Some(piece) = pieces.next().await {
        let piece = piece.unwrap();
        bytes += piece.len();
        if bytes < 1_000 {
            text.push_str(&String::from_utf8_lossy(&piece));
        }
    }
    (echoed["bytes"], echoed["body"]) = (json!(bytes), json!(text));
    axum::Json(echoed).into_response()
}

/// A provider that answers each connection with these bytes after the head of its first request, and then with
/// nothing. It tells of each connection's end.
pub(super) async fn raw(answer: impl Into<Vec<u8>>) -> (String, mpsc::UnboundedReceiver<()>) {
    let answer = answer.into();
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let (ended, end) = mpsc::unbounded_channel();
    tokio::spawn(async move {
        while let Ok((mut socket, _)) = listener.accept().await {
            let (answer, ended) = (answer.clone(), ended.clone());
            tokio::spawn(async move {
                let (mut request, mut piece) = (Vec::new(), [0; 65_536]);
                while !request.windows(4).any(|end| end == b"\r\n\r\n") {
                    let read = socket.read(&mut piece).await.unwrap();
                    request.extend_from_slice(&piece[..read]);
                }
                socket.write_all(&answer).await.unwrap();
                while let Ok(1..) = socket.read(&mut piece).await {}
                let _ = ended.send(());
            });
        }
    });
    (url, end)
}
