//! The provider's routes, and the two layers around them: faults, and the journal.

use axum::body::{Body, to_bytes};
use axum::extract::{ConnectInfo, Path, Request, State};
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use axum::middleware::{Next, from_fn_with_state};
use axum::response::{IntoResponse, Response};
use axum::routing::{delete, get, post};
use axum::{Json, Router};
use serde::Deserialize;
use serde_json::{Value, json};

use crate::connection::HangUp;
use crate::faults::Fault;
use crate::journal::JournalEntry;
use crate::state::{Shared, Webhook};

/// The largest request body that the server reads, in bytes.
const MAX_BODY_BYTES: usize = 1 << 20;

pub(crate) fn router(shared: Shared) -> Router {
    Router::new()
        .route("/services/oauth2/userinfo", get(userinfo))
        .route("/webhooks", post(create_webhook).get(list_webhooks))
        .route("/webhooks/{id}", delete(delete_webhook))
        .layer(from_fn_with_state(shared.clone(), misbehave))
        .layer(from_fn_with_state(shared.clone(), record))
        .with_state(shared)
}

/// Writes every request into the journal when it arrives, and the status when it is known.
async fn record(State(shared): State<Shared>, request: Request, next: Next) -> Response {
    let (head, body) = request.into_parts();
    let Ok(body) = to_bytes(body, MAX_BODY_BYTES).await else {
        return answer(StatusCode::PAYLOAD_TOO_LARGE, json!({ "message": "the body is too large" }));
    };
    let text = |value: &HeaderValue| String::from_utf8_lossy(value.as_bytes()).into_owned();
    let entry = JournalEntry {
        method: head.method.to_string(),
        path: head.uri.path_and_query().map_or_else(|| "/".to_owned(), ToString::to_string),
        headers: head.headers.iter().map(|(name, value)| (name.to_string(), text(value))).collect(),
        body: String::from_utf8_lossy(&body).into_owned(),
        status: None,
    };
    let place = {
        let mut provider = shared.lock();
        provider.journal.push(entry);
        provider.journal.len() - 1
    };
    let response = next.run(Request::from_parts(head, Body::from(body))).await;
    if response.extensions().get::<NoAnswer>().is_none()
        && let Some(entry) = shared.lock().journal.get_mut(place)
    {
        entry.status = Some(response.status().as_u16());
    }
    response
}

/// Marks a response that will never be written.
#[derive(Clone)]
struct NoAnswer;

async fn misbehave(
    State(shared): State<Shared>,
    ConnectInfo(hang_up): ConnectInfo<HangUp>,
    request: Request,
    next: Next,
) -> Response {
    let fault = shared.lock().faults.take(request.method().as_str(), request.uri().path());
    match fault {
        None => next.run(request).await,
        Some(Fault::Status { status, headers, body }) => with_status(status, headers, body),
        Some(Fault::Garbage { content_type, body }) => {
            ([(header::CONTENT_TYPE, content_type)], body).into_response()
        }
        Some(Fault::CutShort { status, start }) => cut_short(status, start),
        Some(Fault::CloseConnection) => {
            hang_up.now();
            let mut response = Response::default();
            response.extensions_mut().insert(NoAnswer);
            response
        }
        Some(Fault::Delay(time)) => {
            tokio::time::sleep(time).await;
            next.run(request).await
        }
        Some(Fault::MissingOrganizationId) => {
            answer(StatusCode::OK, json!({ "user_id": "005000000000001", "organization_id": null }))
        }
    }
}

fn with_status(status: u16, headers: Vec<(String, String)>, body: Value) -> Response {
    let Ok(status) = StatusCode::from_u16(status) else {
        return answer(
            StatusCode::INTERNAL_SERVER_ERROR,
            json!({ "error": format!("{status} is no status") }),
        );
    };
    let mut response = answer(status, body);
    for (name, value) in headers {
        if let (Ok(name), Ok(value)) = (HeaderName::try_from(name), HeaderValue::try_from(value)) {
            response.headers_mut().append(name, value);
        }
    }
    response
}

fn cut_short(status: u16, start: &'static str) -> Response {
    let pieces = futures_util::stream::unfold(Some(start), |piece| async move {
        match piece {
            Some(start) => Some((Ok(start), None)),
            None => {
                // What was said so far has to leave first: an error takes back what was not sent yet.
                tokio::time::sleep(std::time::Duration::from_millis(100)).await;
                Some((Err(std::io::Error::other("enough")), None))
            }
        }
    });
    let mut response = Response::new(Body::from_stream(pieces));
    *response.status_mut() = StatusCode::from_u16(status).unwrap_or_default();
    response
}

fn answer(status: StatusCode, body: Value) -> Response {
    (status, Json(body)).into_response()
}

/// The organization that the request's token acts for, or the answer that Salesforce gives without one.
fn organization(shared: &Shared, headers: &HeaderMap) -> Result<String, Box<Response>> {
    let value = headers.get(header::AUTHORIZATION).and_then(|value| value.to_str().ok());
    let token = value.and_then(|value| value.strip_prefix("Bearer "));
    token.and_then(|token| shared.lock().organizations.get(token).cloned()).ok_or_else(|| {
        let body = json!([{ "message": "Session expired or invalid", "errorCode": "INVALID_SESSION_ID" }]);
        Box::new(answer(StatusCode::UNAUTHORIZED, body))
    })
}

async fn userinfo(State(shared): State<Shared>, headers: HeaderMap) -> Response {
    match organization(&shared, &headers) {
        Err(refusal) => *refusal,
        Ok(id) => answer(
            StatusCode::OK,
            json!({
                "sub": format!("https://login.salesforce.com/id/{id}/005000000000001"),
                "user_id": "005000000000001",
                "organization_id": id,
                "preferred_username": "admin@example.com",
            }),
        ),
    }
}

#[derive(Debug, Deserialize)]
struct NewWebhook {
    url: String,
    events: Vec<String>,
}

async fn create_webhook(State(shared): State<Shared>, headers: HeaderMap, body: String) -> Response {
    let organization_id = match organization(&shared, &headers) {
        Err(refusal) => return *refusal,
        Ok(id) => id,
    };
    let NewWebhook { url, events } = match serde_json::from_str(&body) {
        Ok(new) => new,
        Err(error) => return answer(StatusCode::BAD_REQUEST, json!({ "message": error.to_string() })),
    };
    let mut provider = shared.lock();
    provider.webhooks_ever += 1;
    let id = format!("wh_{}", provider.webhooks_ever);
    provider.webhooks.push(Webhook { id: id.clone(), organization_id, url, events });
    answer(StatusCode::CREATED, json!({ "id": id }))
}

async fn list_webhooks(State(shared): State<Shared>, headers: HeaderMap) -> Response {
    match organization(&shared, &headers) {
        Err(refusal) => *refusal,
        Ok(id) => {
            let provider = shared.lock();
            let own: Vec<_> = provider.webhooks.iter().filter(|hook| hook.organization_id == id).collect();
            answer(StatusCode::OK, json!({ "webhooks": own }))
        }
    }
}

async fn delete_webhook(
    State(shared): State<Shared>,
    headers: HeaderMap,
    Path(id): Path<String>,
) -> Response {
    match organization(&shared, &headers) {
        Err(refusal) => *refusal,
        Ok(own) if shared.lock().remove_webhooks(|hook| hook.id == id && hook.organization_id == own) => {
            StatusCode::NO_CONTENT.into_response()
        }
        Ok(_) => answer(StatusCode::NOT_FOUND, json!({ "message": format!("there is no webhook {id}") })),
    }
}
