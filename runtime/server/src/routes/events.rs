//! Events of the queue, dead letters among them: onevent's own routes.

use axum::Json;
use axum::extract::State;
use http::StatusCode;
use onevent_app::{DecidedEvent, Decision, ListedAct, ListedDecision, ListedEvent};
use onevent_contract::{ConnectionId, FunctionName, IntegrationId, RunId};
use onevent_lifecycle::ReplayOn;
use onevent_store::{
    Actor, AuditFilter, DEFAULT_AUDIT_LIMIT, DEFAULT_EVENT_LIMIT, EventFilter, EventId, EventKind,
    EventState, EventSummary,
};
use serde::Serialize;
use serde_json::Value;
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::error::ApiError;
use crate::extract::{Authorized, FromQuery, NoQuery, PathOf, QueryReader, StrictQuery, needs};
use crate::state::ServerState;

needs! {
    /// What an event shows of its runs, their list shows too.
    Read => FunctionsInvocations;
    /// What becomes of an event changes its connection.
    Decide => ConnectionsUpdate;
}

pub(super) fn routes() -> OpenApiRouter<ServerState> {
    OpenApiRouter::new()
        .routes(routes!(list))
        .routes(routes!(audit))
        .routes(routes!(replay_all))
        .routes(routes!(skip_all))
        .routes(routes!(read))
        .routes(routes!(replay))
        .routes(routes!(skip))
}

/// Events.
#[derive(Serialize, ToSchema)]
struct EventList {
    environment: String,
    events: Vec<ListedEvent>,
}

/// One event.
#[derive(Serialize, ToSchema)]
struct ShownEvent {
    #[serde(flatten)]
    event: ListedEvent,
    /// The report of each attempt: `docs/schemas/run-report.json`.
    #[schema(value_type = Vec<Object>)]
    attempts: Vec<Value>,
    /// What was decided about it.
    audit: Vec<ListedAct>,
}

/// An event that is in the queue again.
#[derive(Serialize, ToSchema)]
struct Replayed {
    id: String,
    /// Whose code runs: `current` or `original`.
    on: &'static str,
}

/// An event that will not be done.
#[derive(Serialize, ToSchema)]
struct Skipped {
    id: String,
}

/// What came of each of several.
#[derive(Serialize, ToSchema)]
struct ReplayedEvents {
    /// Whose code runs: `current` or `original`.
    on: &'static str,
    events: Vec<ListedDecision>,
}

/// The same of those that will not be done.
#[derive(Serialize, ToSchema)]
struct SkippedEvents {
    events: Vec<ListedDecision>,
}

/// The audit log.
#[derive(Serialize, ToSchema)]
struct AuditLog {
    environment: String,
    audit: Vec<ListedAct>,
}

/// Which events are wanted.
#[derive(IntoParams)]
#[into_params(parameter_in = Query)]
struct Wanted {
    /// `waiting`, `done`, `failed`, `dead` or `skipped`
    #[param(required = false, value_type = String)]
    state: Option<EventState>,
    /// `setup`, `cleanup`, `action` or `webhook`
    #[param(required = false, value_type = String)]
    kind: Option<EventKind>,
    /// Of the functions of this name
    #[param(required = false, value_type = String)]
    function: Option<FunctionName>,
    /// Of this integration
    #[param(rename = "integrationId", required = false, value_type = String)]
    integration: Option<IntegrationId>,
    /// Of the connections with this id
    #[param(rename = "connectionId", required = false, value_type = String)]
    connection_id: Option<ConnectionId>,
    /// 1 to 1,000; 50
    #[param(required = false, value_type = u32)]
    limit: u32,
}

impl FromQuery for Wanted {
    fn read(query: &mut QueryReader) -> Option<Self> {
        Some(Self {
            state: query.named("state", EventState::from_name),
            kind: query.named("kind", EventKind::from_name),
            function: query.parsed("function"),
            integration: query.parsed("integrationId"),
            connection_id: query.parsed("connectionId"),
            limit: query.limit(DEFAULT_EVENT_LIMIT),
        })
    }
}

impl Wanted {
    fn filter(self, environment: onevent_contract::EnvironmentName) -> EventFilter {
        let Self { state, kind, function, integration, connection_id, limit } = self;
        EventFilter {
            state,
            kind,
            function,
            integration,
            connection_id,
            limit,
            ..EventFilter::of(environment)
        }
    }

    /// The dead letters among them: nobody decides about several others at once.
    fn dead_letters(self, environment: onevent_contract::EnvironmentName) -> EventFilter {
        EventFilter { state: Some(EventState::Dead), ..self.filter(environment) }
    }
}

/// Whose code is to run.
#[derive(IntoParams)]
#[into_params(parameter_in = Query)]
struct OnWhat {
    /// Whose code runs: `current` (the default) or `original`
    #[param(required = false, value_type = String)]
    on: ReplayOn,
}

impl FromQuery for OnWhat {
    fn read(query: &mut QueryReader) -> Option<Self> {
        Some(Self { on: query.named("on", |text| text.parse().ok()).unwrap_or_default() })
    }
}

#[utoipa::path(
    get,
    path = "/events",
    operation_id = "listEvents",
    tag = "events",
    summary = "Events of the queue, the newest first",
    params(Wanted),
    responses((status = 200, description = "Done", body = EventList)),
)]
async fn list(
    caller: Authorized<Read>,
    StrictQuery(wanted): StrictQuery<Wanted>,
    State(state): State<ServerState>,
) -> Result<Json<EventList>, ApiError> {
    let filter = wanted.filter(caller.environment().clone());
    let events = state.service().store_of(caller.environment()).await?.events(&filter).await?;
    let events = events.iter().map(ListedEvent::from).collect();
    Ok(Json(EventList { environment: caller.environment().to_string(), events }))
}

#[utoipa::path(
    get,
    path = "/events/{id}",
    operation_id = "getEvent",
    tag = "events",
    summary = "One event, with the report of every attempt",
    params(
        ("id" = String, Path, description = "The event"),
    ),
    responses((status = 200, description = "Done", body = ShownEvent)),
)]
async fn read(
    caller: Authorized<Read>,
    PathOf(id): PathOf<String>,
    StrictQuery(NoQuery): StrictQuery<NoQuery>,
    State(state): State<ServerState>,
) -> Result<Json<ShownEvent>, ApiError> {
    let event = event_id(&id)?;
    let store = state.service().store_of(caller.environment()).await?;
    let found = store.event(caller.environment(), event).await?.ok_or_else(|| unknown(&id))?;
    let attempts = match RunId::parse(&id) {
        Some(run) => store.attempts(caller.environment(), run).await?,
        None => Vec::new(),
    };
    let about =
        AuditFilter { subject: Some(event.to_string()), ..AuditFilter::of(caller.environment().clone()) };
    let acts = store.audit(&about).await?;
    let attempts = attempts.into_iter().map(|attempt| attempt.report).collect();
    let audit = acts.iter().map(ListedAct::from).collect();
    Ok(Json(ShownEvent { event: ListedEvent::from(&found.summary), attempts, audit }))
}

#[utoipa::path(
    post,
    path = "/events/{id}/replay",
    operation_id = "replayEvent",
    tag = "events",
    summary = "Put a dead letter back into the queue",
    params(("id" = String, Path, description = "The event"), OnWhat),
    responses((status = 202, description = "In the queue", body = Replayed)),
)]
async fn replay(
    caller: Authorized<Decide>,
    PathOf(id): PathOf<String>,
    StrictQuery(OnWhat { on }): StrictQuery<OnWhat>,
    State(state): State<ServerState>,
) -> Result<(StatusCode, Json<Replayed>), ApiError> {
    let event = decide(&state, &caller, &id, Decision::Replay(on)).await?;
    Ok((StatusCode::ACCEPTED, Json(Replayed { id: event.to_string(), on: on.as_str() })))
}

#[utoipa::path(
    post,
    path = "/events/{id}/skip",
    operation_id = "skipEvent",
    tag = "events",
    summary = "Decide that a dead letter will not be done",
    params(
        ("id" = String, Path, description = "The event"),
    ),
    responses((status = 200, description = "Done", body = Skipped)),
)]
async fn skip(
    caller: Authorized<Decide>,
    PathOf(id): PathOf<String>,
    StrictQuery(NoQuery): StrictQuery<NoQuery>,
    State(state): State<ServerState>,
) -> Result<Json<Skipped>, ApiError> {
    let event = decide(&state, &caller, &id, Decision::Skip).await?;
    Ok(Json(Skipped { id: event.to_string() }))
}

#[utoipa::path(
    post,
    path = "/events/replay",
    operation_id = "replayEvents",
    tag = "events",
    summary = "Put dead letters back into the queue",
    params(Wanted, OnWhat),
    responses((status = 202, description = "In the queue", body = ReplayedEvents)),
)]
async fn replay_all(
    caller: Authorized<Decide>,
    StrictQuery(both): StrictQuery<(Wanted, OnWhat)>,
    State(state): State<ServerState>,
) -> Result<(StatusCode, Json<ReplayedEvents>), ApiError> {
    let (wanted, OnWhat { on }) = both;
    let events = decide_all(&state, &caller, wanted, Decision::Replay(on)).await?;
    Ok((StatusCode::ACCEPTED, Json(ReplayedEvents { on: on.as_str(), events })))
}

#[utoipa::path(
    post,
    path = "/events/skip",
    operation_id = "skipEvents",
    tag = "events",
    summary = "Decide that dead letters will not be done",
    params(Wanted),
    responses((status = 200, description = "Done", body = SkippedEvents)),
)]
async fn skip_all(
    caller: Authorized<Decide>,
    StrictQuery(wanted): StrictQuery<Wanted>,
    State(state): State<ServerState>,
) -> Result<Json<SkippedEvents>, ApiError> {
    Ok(Json(SkippedEvents { events: decide_all(&state, &caller, wanted, Decision::Skip).await? }))
}

/// Decides about one event of the caller's environment.
async fn decide(
    state: &ServerState,
    caller: &Authorized<Decide>,
    id: &str,
    decision: Decision,
) -> Result<EventId, ApiError> {
    let (event, environment) = (event_id(id)?, caller.environment());
    let store = state.service().store_of(environment).await?;
    store.event(environment, event).await?.ok_or_else(|| unknown(id))?;
    state.service().decide_event(environment, event, decision, Actor::Key(caller.key_id())).await?;
    Ok(event)
}

/// The same about dead letters.
async fn decide_all(
    state: &ServerState,
    caller: &Authorized<Decide>,
    wanted: Wanted,
    decision: Decision,
) -> Result<Vec<ListedDecision>, ApiError> {
    let filter = wanted.dead_letters(caller.environment().clone());
    let store = state.service().store_of(caller.environment()).await?;
    let events: Vec<EventSummary> = store.events(&filter).await?;
    let actor = Actor::Key(caller.key_id());
    let decided: Vec<DecidedEvent> = state.service().decide_events(&events, decision, actor).await?;
    Ok(decided.iter().map(ListedDecision::from).collect())
}

/// Which acts are wanted.
#[derive(IntoParams)]
#[into_params(parameter_in = Query)]
struct WantedActs {
    /// About this event
    #[param(required = false, value_type = String)]
    event: Option<EventId>,
    /// 1 to 1,000; 50
    #[param(required = false, value_type = u32)]
    limit: u32,
}

impl FromQuery for WantedActs {
    fn read(query: &mut QueryReader) -> Option<Self> {
        let event = query.named("event", EventId::parse);
        Some(Self { event, limit: query.limit(DEFAULT_AUDIT_LIMIT) })
    }
}

#[utoipa::path(
    get,
    path = "/events/audit",
    operation_id = "listActs",
    tag = "events",
    summary = "What was decided about events, the newest first",
    params(WantedActs),
    responses((status = 200, description = "Done", body = AuditLog)),
)]
async fn audit(
    caller: Authorized<Read>,
    StrictQuery(WantedActs { event, limit }): StrictQuery<WantedActs>,
    State(state): State<ServerState>,
) -> Result<Json<AuditLog>, ApiError> {
    let subject = event.map(|event| event.to_string());
    let filter = AuditFilter { subject, limit, ..AuditFilter::of(caller.environment().clone()) };
    let acts = state.service().store_of(caller.environment()).await?.audit(&filter).await?;
    let audit = acts.iter().map(ListedAct::from).collect();
    Ok(Json(AuditLog { environment: caller.environment().to_string(), audit }))
}

fn event_id(id: &str) -> Result<EventId, ApiError> {
    EventId::parse(id).ok_or_else(|| unknown(id))
}

fn unknown(id: &str) -> ApiError {
    ApiError::not_found(format!("there is no event `{id}`"))
}
