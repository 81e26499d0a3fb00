//! The mock provider's API.

use axum::extract::rejection::JsonRejection;
use axum::extract::{DefaultBodyLimit, Path, State};
use axum::http::{HeaderMap, StatusCode};
use axum::middleware::from_fn_with_state;
use axum::response::{IntoResponse, Response};
use axum::routing::{delete, get, put};
use axum::{Json, Router};
use serde_json::json;

use super::refusal::refusal;
use super::state::{MAX_WEBHOOKS, Shared, WantedWebhook, Webhook};
use super::token::account_of;
use super::{request_line, trouble};
use crate::output::Format;

/// The largest body that is read, in bytes.
const MAX_BODY_BYTES: usize = 1 << 20;

/// What there is, for whoever asks for `/`.
const ROUTES: [&str; 7] = [
    "GET /account",
    "GET /webhooks",
    "POST /webhooks {\"url\": …, \"events\": […]}",
    "DELETE /webhooks/ID",
    "DELETE /tokens/TOKEN   refuses that token from now on",
    "PUT /tokens/TOKEN      takes it again",
    "…?fail=503&times=2     fails twice, then succeeds; …?delay=500 takes half a second longer",
];

/// All routes, with trouble around them, and a line for each request where somebody wants some.
pub(super) fn router(shared: Shared, lines: Option<Format>) -> Router {
    let router = Router::new()
        .route("/", get(routes))
        .route("/account", get(account))
        .route("/webhooks", get(list_webhooks).post(register_webhook))
        .route("/webhooks/{id}", delete(remove_webhook))
        .route("/tokens/{token}", put(take_token).delete(refuse_token))
        .fallback(nothing_there)
        .layer(DefaultBodyLimit::max(MAX_BODY_BYTES))
        .layer(from_fn_with_state(shared.clone(), trouble::make))
        .with_state(shared);
    match lines {
        Some(format) => router.layer(from_fn_with_state(format, request_line::print)),
        None => router,
    }
}

async fn routes() -> Response {
    Json(json!({ "routes": ROUTES, "token": "Authorization: Bearer ACCOUNT.ANYTHING" })).into_response()
}

async fn nothing_there() -> Response {
    refusal(StatusCode::NOT_FOUND, "there is nothing here; GET / lists what there is")
}

async fn account(State(shared): State<Shared>, headers: HeaderMap) -> Response {
    match account_of(&shared, &headers) {
        Ok(account) => {
            let mut name = account.clone();
            name.get_mut(..1).map(str::make_ascii_uppercase);
            Json(json!({ "id": format!("acct_{account}"), "name": name })).into_response()
        }
        Err(refused) => *refused,
    }
}

async fn list_webhooks(State(shared): State<Shared>, headers: HeaderMap) -> Response {
    match account_of(&shared, &headers) {
        Ok(account) => {
            let webhooks = shared.lock().webhooks.clone();
            let own: Vec<Webhook> =
                webhooks.into_iter().filter(|webhook| webhook.account == account).collect();
            Json(json!({ "webhooks": own })).into_response()
        }
        Err(refused) => *refused,
    }
}

async fn register_webhook(
    State(shared): State<Shared>,
    headers: HeaderMap,
    wanted: Result<Json<WantedWebhook>, JsonRejection>,
) -> Response {
    let account = match account_of(&shared, &headers) {
        Ok(account) => account,
        Err(refused) => return *refused,
    };
    let wanted = match wanted {
        Ok(Json(wanted)) => wanted,
        Err(error) => return refusal(error.status(), &error.body_text()),
    };
    match shared.lock().register(&account, wanted) {
        Some(webhook) => (StatusCode::CREATED, Json(webhook)).into_response(),
        None => refusal(StatusCode::CONFLICT, &format!("there are {MAX_WEBHOOKS} webhooks already")),
    }
}

async fn remove_webhook(
    State(shared): State<Shared>,
    headers: HeaderMap,
    Path(id): Path<String>,
) -> Response {
    match account_of(&shared, &headers) {
        Ok(account) if shared.lock().remove(&account, &id) => StatusCode::NO_CONTENT.into_response(),
        Ok(_) => refusal(StatusCode::NOT_FOUND, "there is no such webhook"),
        Err(refused) => *refused,
    }
}

async fn refuse_token(State(shared): State<Shared>, Path(token): Path<String>) -> Response {
    shared.lock().refuse(token);
    StatusCode::NO_CONTENT.into_response()
}

async fn take_token(State(shared): State<Shared>, Path(token): Path<String>) -> Response {
    shared.lock().refused.remove(&token);
    StatusCode::NO_CONTENT.into_response()
}
