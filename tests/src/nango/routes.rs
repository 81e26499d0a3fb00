//! The routes, with the checks that Nango makes before and in them.

use std::sync::Arc;

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::extract::{Path, Query, Request, State};
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderValue, header};
use axum::middleware::{Next, from_fn_with_state};
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::{any, get, post};
use onevent_contract::{Clock as _, SystemClock};
use serde_json::{Map, Value, json};
use tokio::sync::Notify;

use super::answers::{Refusal, answer, full, integration, simple};
use super::keys::allowed;
use super::proxy;
use super::state::{Deletions, HeldUpdate, Scope, Shared};
use super::webhooks;
use crate::JournalEntry;

/// The largest request body that the server reads, in bytes.
const MAX_BODY_BYTES: usize = 8 << 20;

type Pairs = Query<Vec<(String, String)>>;
type Answered = Result<Response, Refusal>;

pub(super) fn router(shared: Shared) -> Router {
    Router::new()
        .route("/connections", get(list).post(create))
        .route("/connections/metadata", post(set_metadata).patch(update_metadata))
        .route("/connections/{id}", get(connection).delete(delete))
        .route("/connection/{id}", get(connection).delete(delete))
        .route("/integrations/{key}", get(one_integration))
        .route("/environment-variables", get(variables))
        .route("/action/trigger", post(trigger))
        .route("/proxy/{*endpoint}", any(proxy::call))
        .layer(from_fn_with_state(shared.clone(), record))
        // Not in the journal, which waits for the end of a body.
        .route("/echo", any(echo))
        .with_state(shared)
}

/// The body, while it arrives.
async fn echo(request: Request) -> Body {
    request.into_body()
}

/// Writes every request into the journal, and the status when it is known.
async fn record(State(shared): State<Shared>, request: Request, next: Next) -> Response {
    let (head, body) = request.into_parts();
    let Ok(body) = to_bytes(body, MAX_BODY_BYTES).await else {
        return Refusal::new(413, "request_too_large", "the body is too large").into_response();
    };
    let text = |value: &HeaderValue| String::from_utf8_lossy(value.as_bytes()).into_owned();
    let (place, redirect, limited) = {
        let mut state = shared.lock();
        state.journal.push(JournalEntry {
            method: head.method.to_string(),
            path: head.uri.path_and_query().map_or_else(|| "/".to_owned(), ToString::to_string),
            headers: head.headers.iter().map(|(name, value)| (name.to_string(), text(value))).collect(),
            body: String::from_utf8_lossy(&body).into_owned(),
            status: None,
        });
        let limited = state.limited.as_deref().is_some_and(|path| head.uri.path().starts_with(path));
        (state.journal.len() - 1, state.redirect.clone(), limited)
    };
    let response = match redirect {
        Some(url) => Redirect::permanent(&url).into_response(),
        None if limited => too_many(&head),
        None => next.run(Request::from_parts(head, Body::from(body))).await,
    };
    if let Some(entry) = shared.lock().journal.get_mut(place) {
        entry.status = Some(response.status().as_u16());
    }
    response
}

/// Nango's answer to one request too many.
fn too_many(head: &Parts) -> Response {
    let (method, path) = (head.method.as_str(), head.uri.path());
    let mut response =
        answer(429, &json!({ "error": { "code": "too_many_request", "method": method, "path": path } }));
    response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from_static("60"));
    response
}

fn known_query(pairs: &[(String, String)], known: &[&str]) -> Result<(), Refusal> {
    match pairs.iter().find(|(name, _)| !known.contains(&name.as_str())) {
        None => Ok(()),
        Some((name, _)) => Err(Refusal::new(400, "invalid_query_params", format!("unrecognized key {name}"))),
    }
}

fn value_of<'a>(pairs: &'a [(String, String)], name: &str) -> Option<&'a str> {
    pairs.iter().find(|(found, _)| found == name).map(|(_, value)| value.as_str())
}

async fn list(State(shared): State<Shared>, headers: HeaderMap, Query(query): Pairs) -> Answered {
    let state = shared.lock();
    allowed(&state, &headers, Scope::ListConnections)?;
    known_query(
        &query,
        &["connectionId", "search", "endUserId", "integrationId", "endUserOrganizationId", "limit", "page"],
    )?;
    let wanted = value_of(&query, "connectionId");
    let found: Vec<Value> = state
        .connections
        .iter()
        .filter(|((_, id), _)| wanted.is_none_or(|wanted| wanted == id))
        .filter(|(key, _)| wanted.is_some() || !state.unlisted.contains(*key))
        .filter_map(|((key, id), connection)| {
            Some(simple((key, state.integrations.get(key)?), id, connection))
        })
        .collect();
    Ok(answer(200, &json!({ "connections": found })))
}

async fn connection(
    State(shared): State<Shared>,
    headers: HeaderMap,
    Path(id): Path<String>,
    Query(query): Pairs,
) -> Answered {
    let state = shared.lock();
    let scopes = allowed(&state, &headers, Scope::ReadConnections)?;
    known_query(
        &query,
        &["provider_config_key", "refresh_token", "force_refresh", "refresh_github_app_jwt_token"],
    )?;
    let Some(key) = value_of(&query, "provider_config_key") else {
        return Err(Refusal::new(400, "invalid_query_params", "provider_config_key is required"));
    };
    let Some(integration) = state.integrations.get(key) else {
        return Err(Refusal::new(400, "unknown_provider_config", "there is no such integration"));
    };
    let Some(found) = state.connections.get(&(key.to_owned(), id.clone())) else {
        return Err(Refusal::new(404, "not_found", "Failed to find connection"));
    };
    if found.exhausted {
        return Err(Refusal::new(424, "invalid_credentials", "the refresh limit has been reached"));
    }
    let with_credentials = scopes.contains(&Scope::ReadCredentials);
    Ok(answer(200, &full((key, integration), &id, found, with_credentials)))
}

async fn create(State(shared): State<Shared>, headers: HeaderMap, body: String) -> Answered {
    let Made { answer: made, has_own_name, webhook } = make(&shared, &headers, &body)?;
    if let Some((url, key, body)) = webhook {
        let told = tokio::task::spawn_blocking(move || webhooks::send(&url, &key, &body));
        // Whoever has named it may hold it until the answer is there.
        if !has_own_name {
            let _ = told.await;
        }
    }
    Ok(answer(201, &made))
}

/// What an import has made, and what is told of it: where, signed with what, and in which words.
struct Made {
    answer: Value,
    has_own_name: bool,
    webhook: Option<(String, String, String)>,
}

fn make(shared: &Shared, headers: &HeaderMap, body: &str) -> Result<Made, Refusal> {
    let mut state = shared.lock();
    allowed(&state, headers, Scope::CreateConnections)?;
    let known =
        ["provider_config_key", "connection_id", "credentials", "metadata", "connection_config", "tags"];
    let body = body_of(headers, body, &known)?;
    let text = |name: &str| body.get(name).and_then(Value::as_str).map(str::to_owned);
    let invalid = || Refusal::new(400, "invalid_body", "provider_config_key or credentials is wrong");
    let (Some(key), Some(credentials)) = (text("provider_config_key"), body.get("credentials")) else {
        return Err(invalid());
    };
    let Some(integration) = state.integrations.get(&key).cloned() else {
        return Err(Refusal::new(404, "not_found", "there is no such integration"));
    };
    let own_name = text("connection_id");
    let has_own_name = own_name.is_some();
    let id = own_name.unwrap_or_else(|| format!("made-by-nango-{}", state.made));
    let config = body.get("connection_config").and_then(Value::as_object).cloned().unwrap_or_default();
    let name = (key.clone(), id.clone());
    let was_there = state.connect(name.clone(), SystemClock.now(), credentials.clone(), config);
    let target = state.webhooks.clone().filter(|_| state.tells_of_imports);
    let webhook = target
        .map(|(url, signing)| (url, signing, webhooks::auth(&key, &id, &integration.provider, was_there)));
    let made = state.connections.get(&name).ok_or_else(invalid)?;
    Ok(Made { answer: full((&key, &integration), &id, made, true), has_own_name, webhook })
}

async fn delete(
    State(shared): State<Shared>,
    headers: HeaderMap,
    Path(id): Path<String>,
    Query(query): Pairs,
) -> Answered {
    let mut state = shared.lock();
    allowed(&state, &headers, Scope::DeleteConnections)?;
    known_query(&query, &["provider_config_key"])?;
    let Some(key) = value_of(&query, "provider_config_key") else {
        return Err(Refusal::new(400, "invalid_query_params", "provider_config_key is required"));
    };
    let failed = || Refusal::new(500, "server_error", "the connection was not deleted");
    if state.deletions == Deletions::Refused {
        return Err(failed());
    }
    match state.connections.remove(&(key.to_owned(), id)) {
        Some(_) if state.deletions == Deletions::DoneUnsaid => Err(failed()),
        Some(_) => Ok(answer(200, &json!({ "success": true }))),
        None => Err(Refusal::new(400, "unknown_connection", "there is no such connection")),
    }
}

async fn one_integration(
    State(shared): State<Shared>,
    headers: HeaderMap,
    Path(key): Path<String>,
    Query(query): Pairs,
) -> Answered {
    let state = shared.lock();
    allowed(&state, &headers, Scope::ReadIntegrations)?;
    known_query(&query, &["include"])?;
    let include: Vec<&str> = query.iter().map(|(_, value)| value.as_str()).collect();
    if include.iter().any(|value| !matches!(*value, "webhook" | "credentials")) {
        return Err(Refusal::new(400, "invalid_query_params", "include must be webhook or credentials"));
    }
    let host = headers.get(header::HOST).and_then(|host| host.to_str().ok()).unwrap_or_default();
    match state.integrations.get(&key) {
        Some(found) => Ok(answer(200, &integration(&key, found, &include, &format!("http://{host}")))),
        None => Err(Refusal::new(404, "not_found", "Integration does not exist")),
    }
}

async fn variables(State(shared): State<Shared>, headers: HeaderMap, Query(query): Pairs) -> Answered {
    let state = shared.lock();
    allowed(&state, &headers, Scope::ReadVariables)?;
    known_query(&query, &[])?;
    let list = state.variables.iter().map(|(name, value)| json!({ "name": name, "value": value }));
    Ok(answer(200, &Value::Array(list.collect())))
}

/// A JSON body with these fields and no others.
fn body_of(headers: &HeaderMap, body: &str, fields: &[&str]) -> Result<Map<String, Value>, Refusal> {
    let content_type = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok());
    if !content_type.is_some_and(|value| value.starts_with("application/json")) {
        return Err(Refusal::new(415, "invalid_content_type", "Content-Type must be application/json"));
    }
    let invalid = |message: String| Refusal::new(400, "invalid_body", message);
    match serde_json::from_str(body) {
        Ok(Value::Object(body)) => match body.keys().find(|key| !fields.contains(&key.as_str())) {
            None => Ok(body),
            Some(key) => Err(invalid(format!("unrecognized key {key}"))),
        },
        Ok(_) => Err(invalid("the body is no object".into())),
        Err(error) => Err(invalid(error.to_string())),
    }
}

async fn set_metadata(State(shared): State<Shared>, headers: HeaderMap, body: String) -> Answered {
    write_metadata(&shared, &headers, &body, 201, |_, new| new)
}

async fn update_metadata(State(shared): State<Shared>, headers: HeaderMap, body: String) -> Answered {
    let answer = write_metadata(&shared, &headers, &body, 200, |stored, new| {
        let mut merged = stored.unwrap_or_default();
        merged.extend(new);
        merged
    });
    let held = shared.lock().held_update.take();
    match held {
        None => {}
        Some(HeldUpdate::First) => {
            let answered = Arc::new(Notify::new());
            shared.lock().held_update = Some(HeldUpdate::Second(Arc::clone(&answered)));
            answered.notified().await;
        }
        Some(HeldUpdate::Second(first)) => first.notify_one(),
    }
    answer
}

fn write_metadata(
    shared: &Shared,
    headers: &HeaderMap,
    body: &str,
    status: u16,
    write: impl Fn(Option<Map<String, Value>>, Map<String, Value>) -> Map<String, Value>,
) -> Answered {
    let mut state = shared.lock();
    allowed(&state, headers, Scope::UpdateConnections)?;
    let body = body_of(headers, body, &["connection_id", "provider_config_key", "metadata"])?;
    let text = |value: &Value| value.as_str().map(str::to_owned);
    let ids: Option<Vec<String>> = match body.get("connection_id") {
        Some(Value::Array(ids)) => ids.iter().map(text).collect(),
        Some(id) => text(id).map(|id| vec![id]),
        None => None,
    };
    let (Some(ids), Some(key), Some(Value::Object(new))) =
        (ids, body.get("provider_config_key").and_then(text), body.get("metadata"))
    else {
        return Err(Refusal::new(
            400,
            "invalid_body",
            "connection_id, provider_config_key or metadata is wrong",
        ));
    };
    let keys: Vec<_> = ids.into_iter().map(|id| (key.clone(), id)).collect();
    if keys.iter().any(|key| !state.connections.contains_key(key)) {
        return Err(Refusal::new(404, "unknown_connection", "there is no such connection"));
    }
    for key in keys {
        if let Some(found) = state.connections.get_mut(&key) {
            found.metadata = Some(write(found.metadata.take(), new.clone()));
        }
    }
    Ok(answer(status, &Value::Object(body)))
}

async fn trigger(State(shared): State<Shared>, headers: HeaderMap, body: String) -> Answered {
    let state = shared.lock();
    allowed(&state, &headers, Scope::ExecuteActions)?;
    let (key, id) = proxy::whose(&headers)?;
    let body = body_of(&headers, &body, &["action_name", "input"])?;
    if !state.integrations.contains_key(&key) {
        return Err(Refusal::new(400, "unknown_provider", "there is no such integration"));
    }
    if !state.connections.contains_key(&(key.clone(), id)) {
        return Err(Refusal::new(400, "unknown_connection", "there is no such connection"));
    }
    let name = body.get("action_name").and_then(Value::as_str).unwrap_or_default().to_owned();
    match state.actions.get(&(key, name)) {
        Some((status, body)) => Ok(answer(*status, body)),
        None => Err(Refusal::new(404, "not_found", "there is no such action")),
    }
}
