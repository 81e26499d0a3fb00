//! What debuggers ask a listener: which runs there are, and sessions with one of them.

use std::net::IpAddr;
use std::sync::Arc;

use axum::extract::ws::{Message, WebSocket, WebSocketUpgrade};
use axum::extract::{Path, Request, State};
use axum::http::{StatusCode, header};
use axum::middleware::{Next, from_fn};
use axum::response::{IntoResponse as _, Response};
use axum::routing::get;
use axum::{Json, Router};
use onevent_engine::InspectedRun;
use serde_json::{Value, json};

use super::targets::Targets;

/// The routes of Node's inspector.
pub(super) fn router(targets: Arc<Targets>) -> Router {
    Router::new()
        .route("/json", get(list))
        .route("/json/list", get(list))
        .route("/json/version", get(version))
        .route("/{run}", get(session))
        .layer(from_fn(for_this_machine))
        .with_state(targets)
}

/// A web page can make a name of its own mean this machine, and would read the answers: only names of loopback are served.
async fn for_this_machine(request: Request, next: Next) -> Response {
    let host = request.headers().get(header::HOST).and_then(|host| host.to_str().ok()).unwrap_or_default();
    if !names_loopback(host) {
        return (StatusCode::BAD_REQUEST, "the Host header names another machine").into_response();
    }
    next.run(request).await
}

fn names_loopback(host: &str) -> bool {
    let Ok(authority) = host.parse::<axum::http::uri::Authority>() else { return false };
    let name = authority.host().trim_start_matches('[').trim_end_matches(']');
    name.eq_ignore_ascii_case("localhost")
        || name.parse::<IpAddr>().is_ok_and(|address| address.is_loopback())
}

async fn version() -> Json<Value> {
    Json(json!({ "Browser": concat!("onevent/", env!("CARGO_PKG_VERSION")), "Protocol-Version": "1.3" }))
}

async fn list(State(targets): State<Arc<Targets>>) -> Json<Value> {
    let described = targets.open().into_iter().map(|run| {
        let url = targets.url_of_run(&run);
        let function = run.function().to_string();
        json!({
            "id": run.run_id(),
            "type": "node",
            "title": function,
            "description": "onevent dryrun",
            "url": format!("onevent://{function}"),
            "webSocketDebuggerUrl": url,
            "devtoolsFrontendUrl": format!(
                "devtools://devtools/bundled/js_app.html?v8only=true&ws={}", url.trim_start_matches("ws://")
            ),
        })
    });
    Json(described.collect())
}

async fn session(
    State(targets): State<Arc<Targets>>,
    Path(id): Path<String>,
    upgrade: WebSocketUpgrade,
) -> Response {
    let wanted = targets.open().into_iter().find(|run| run.run_id().to_string() == id);
    match wanted {
        Some(run) => upgrade.on_upgrade(|socket| talk(socket, run)),
        None => (StatusCode::NOT_FOUND, "there is no such run, or it is over").into_response(),
    }
}

/// One debugger's session, until either side ends it.
async fn talk(mut socket: WebSocket, run: InspectedRun) {
    let Some(mut session) = run.connect() else { return };
    loop {
        tokio::select! {
            said = socket.recv() => match said {
                Some(Ok(Message::Text(text))) => session.say(text.to_string()),
                Some(Ok(Message::Close(_)) | Err(_)) | None => return,
                Some(Ok(_)) => {}
            },
            answer = session.next() => match answer {
                Some(answer) => if socket.send(Message::Text(answer.into())).await.is_err() { return },
                None => {
                    // Nobody may be there any more.
                    let _ = socket.send(Message::Close(None)).await;
                    return;
                }
            },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_names_of_this_machine_are_served() {
        for host in ["localhost:9229", "LOCALHOST", "127.0.0.1:9229", "127.9.9.9", "[::1]:9229"] {
            assert!(names_loopback(host), "{host}");
        }
        for host in ["", "rebound.example:9229", "localhost.example", "10.0.0.1:9229", "[::2]", "a b"] {
            assert!(!names_loopback(host), "{host}");
        }
    }
}
