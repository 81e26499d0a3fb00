//! Actions: `POST /action/trigger`, at once or through the queue, and what became of one.

use axum::Json;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use http::header::LOCATION;
use http::{HeaderMap, HeaderValue, StatusCode};
use onevent_app::ServiceError;
use onevent_contract::{
    CompletedRun, ConnectionId, FunctionName, IntegrationId, Outcome, RunError, RunReport,
};
use onevent_hosts::failed_action;
use onevent_lifecycle::TriggerError;
use onevent_store::{ConnectionKey, EventId, EventKind, EventState, EventSummary, Store, StoreError};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::error::{ApiError, ErrorBody, FieldError};
use crate::extract::{Authorized, JsonBody, NoQuery, PathOf, StrictQuery, needs};
use crate::state::ServerState;

/// How often a failed action may be tried again (Nango's limit).
const MAX_RETRIES: u32 = 5;

needs! {
    Execute => ActionsExecute;
}

pub(super) fn routes() -> OpenApiRouter<ServerState> {
    OpenApiRouter::new().routes(routes!(trigger)).routes(routes!(result))
}

/// Which action runs, and what it is called with.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct TriggerBody {
    #[schema(value_type = String)]
    action_name: FunctionName,
    #[serde(default)]
    #[schema(value_type = Option<Value>)]
    input: Value,
}

/// Who waits for the action.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Waiting {
    /// The caller.
    Caller,
    /// Nobody; a failed one is tried again so often.
    Nobody { max_retries: u32 },
}

/// What the headers say.
struct TriggerHeaders {
    integration: IntegrationId,
    connection: ConnectionId,
    waiting: Waiting,
}

#[utoipa::path(
    post,
    path = "/action/trigger",
    operation_id = "triggerAction",
    tag = "actions",
    summary = "Run an action, or put it into the queue",
    params(
        ("provider-config-key" = String, Header, description = "The integration"),
        ("connection-id" = String, Header, description = "The connection"),
        ("x-async" = Option<bool>, Header, description = "Answer at once, and run it later"),
        ("x-max-retries" = Option<u32>, Header, description = "0 to 5, of one that runs later"),
    ),
    request_body = TriggerBody,
    responses(
        (status = 200, description = "What the action returned", body = Value),
        (status = 202, description = "It will run", body = Accepted),
        (status = "4XX", description = "Refused, or the action failed", body = ErrorBody),
        (status = "5XX", description = "The action failed", body = ErrorBody),
    ),
)]
async fn trigger(
    caller: Authorized<Execute>,
    StrictQuery(NoQuery): StrictQuery<NoQuery>,
    State(state): State<ServerState>,
    headers: HeaderMap,
    JsonBody(body): JsonBody<TriggerBody>,
) -> Result<Response, ApiError> {
    let TriggerHeaders { integration, connection, waiting } = TriggerHeaders::read(&headers)?;
    let key = ConnectionKey::new(caller.environment().clone(), integration, connection);
    let operations = state.service().operations(caller.request_id());
    match waiting {
        Waiting::Caller => {
            let run = operations.trigger_action(&key, body.action_name, body.input).await;
            Ok(output(run.map_err(not_run)?)?.into_response())
        }
        Waiting::Nobody { max_retries } => {
            let id = operations.enqueue_action(&key, body.action_name, body.input, max_retries).await;
            accepted(id.map_err(not_run)?)
        }
    }
}

/// Where the result of an action will be.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
struct Accepted {
    id: String,
    status_url: String,
}

fn accepted(id: EventId) -> Result<Response, ApiError> {
    let url = format!("/action/{id}");
    let location = HeaderValue::from_str(&url).map_err(|error| ApiError::internal(&error))?;
    let body = Json(Accepted { id: id.to_string(), status_url: url });
    Ok((StatusCode::ACCEPTED, [(LOCATION, location)], body).into_response())
}

/// What an asynchronous action gave. Nango answers 404 as long as there is nothing.
#[utoipa::path(
    get,
    path = "/action/{id}",
    operation_id = "getAsyncActionResult",
    tag = "actions",
    summary = "What an asynchronous action gave; 404 until then",
    params(("id" = String, Path, description = "As `POST /action/trigger` answered")),
    responses(
        (status = 200, description = "What the action returned", body = Value),
        (status = "4XX", description = "Refused, or the action failed", body = ErrorBody),
        (status = "5XX", description = "The action failed", body = ErrorBody),
    ),
)]
async fn result(
    caller: Authorized<Execute>,
    PathOf(id): PathOf<String>,
    StrictQuery(NoQuery): StrictQuery<NoQuery>,
    State(state): State<ServerState>,
) -> Result<Json<Value>, ApiError> {
    let unknown = || ApiError::not_found(format!("there is no action run {id:?}"));
    let parsed = EventId::parse(&id).ok_or_else(unknown)?;
    let store = state.service().store_of(caller.environment()).await?;
    let event = store.event(caller.environment(), parsed).await?;
    let event = event.filter(|event| event.summary.kind == EventKind::Action).ok_or_else(unknown)?;
    match event.summary.state {
        EventState::Done => Ok(Json(event.result.unwrap_or_default())),
        EventState::Failed | EventState::Dead => Err(failure(store, event.summary).await?),
        _ => Err(ApiError::not_found(format!("the action run {id} has no result yet"))),
    }
}

/// Why it failed: as its last run says, where it came to one.
async fn failure(store: &Store, event: EventSummary) -> Result<ApiError, ApiError> {
    let run = match event.run_id {
        Some(id) => store.run(&id.to_string()).await?,
        None => None,
    };
    let report = run.and_then(|run| serde_json::from_value::<RunReport>(run.report).ok());
    Ok(match report.and_then(|report| report.error) {
        Some(error) => failed(&error),
        None => ApiError::new(
            StatusCode::INTERNAL_SERVER_ERROR,
            "action_failure",
            event.error.unwrap_or_else(|| "the action did not run".into()),
        ),
    })
}

/// What the caller gets of a run that came to its end.
fn output(run: CompletedRun) -> Result<Json<Value>, ApiError> {
    let CompletedRun { report, returned } = run;
    match (report.outcome, report.error) {
        (Outcome::Succeeded, _) => Ok(Json(returned.unwrap_or_default())),
        (Outcome::Unknown, error) => {
            let message = error.map_or_else(|| "its outcome is unknown".into(), |error| error.message);
            Err(ApiError::internal(&format_args!("an action: {message}")))
        }
        (_, Some(error)) => Err(failed(&error)),
        (_, None) => Err(ApiError::internal(&"an action failed without an error")),
    }
}

fn failed(error: &RunError) -> ApiError {
    let (status, body) = failed_action(error);
    let status = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    ApiError::of_body(status, body)
}

fn not_run(error: ServiceError) -> ApiError {
    let message = error.to_string();
    match error {
        ServiceError::Store(StoreError::UnknownConnection { .. })
        | ServiceError::Trigger(TriggerError::Store(StoreError::UnknownConnection { .. })) => {
            ApiError::new(StatusCode::BAD_REQUEST, "unknown_connection", message)
        }
        ServiceError::Config(_) => ApiError::new(StatusCode::BAD_REQUEST, "unknown_provider", message),
        ServiceError::Trigger(TriggerError::InvalidInput { error }) => failed(&error),
        ServiceError::Trigger(TriggerError::UnknownAction { .. } | TriggerError::Broken { .. }) => {
            ApiError::not_found(message)
        }
        error => error.into(),
    }
}

impl TriggerHeaders {
    fn read(headers: &HeaderMap) -> Result<Self, ApiError> {
        let mut mistakes = Vec::new();
        let integration = name(headers, "provider-config-key", &mut mistakes);
        let connection = name(headers, "connection-id", &mut mistakes);
        let is_async = match text(headers, "x-async") {
            None | Some("false" | "") => false,
            Some("true") => true,
            Some(_) => {
                mistakes.push(FieldError::of("x-async", "invalid_value", "this header is `true` or `false`"));
                false
            }
        };
        let max_retries = match text(headers, "x-max-retries").map(str::parse) {
            None => 0,
            Some(Ok(retries)) if retries <= MAX_RETRIES => retries,
            Some(_) => {
                let message = format!("this header is a number from 0 to {MAX_RETRIES}");
                mistakes.push(FieldError::of("x-max-retries", "invalid_value", message));
                0
            }
        };
        match (integration, connection) {
            (Some(integration), Some(connection)) if mistakes.is_empty() => {
                let waiting = if is_async { Waiting::Nobody { max_retries } } else { Waiting::Caller };
                Ok(Self { integration, connection, waiting })
            }
            _ => Err(ApiError::invalid("invalid_headers", mistakes)),
        }
    }
}

/// A header's value; one that is no text is none that could mean anything.
fn text<'h>(headers: &'h HeaderMap, name: &str) -> Option<&'h str> {
    headers.get(name).map(|value| value.to_str().unwrap_or("\u{fffd}"))
}

fn name<T: std::str::FromStr<Err: std::fmt::Display>>(
    headers: &HeaderMap,
    header: &str,
    mistakes: &mut Vec<FieldError>,
) -> Option<T> {
    match text(headers, header).map(str::parse) {
        Some(Ok(name)) => return Some(name),
        Some(Err(error)) => {
            let error: T::Err = error;
            mistakes.push(FieldError::of(header, "invalid_format", error.to_string()));
        }
        None => mistakes.push(FieldError::of(header, "invalid_type", "this header is required")),
    }
    None
}
