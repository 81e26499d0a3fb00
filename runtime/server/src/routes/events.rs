//! Events of the queue, dead letters among them: onevent's own routes.

use axum::Json;
use axum::extract::State;
use http::StatusCode;
use onevent_app::{DecidedEvent, ListedAct, ListedDecision, ListedEvent};
use onevent_contract::{ConnectionId, FunctionName, IntegrationId, RunId};
use onevent_lifecycle::ReplayOn;
use onevent_store::{
    Actor, AuditFilter, DEFAULT_AUDIT_LIMIT, DEFAULT_EVENT_LIMIT, EventFilter, EventId, EventKind, EventState,
};
use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::error::ApiError;
use crate::extract::{Authorized, FromQuery, NoQuery, PathOf, QueryReader, StrictQuery, needs};
use crate::state::ServerState;

/// The most events of one answer, and of one decision about several.
const MAX_LIMIT: u32 = 1_000;

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
struct Wanted {
    state: Option<EventState>,
    kind: Option<EventKind>,
    function: Option<FunctionName>,
    integration: Option<IntegrationId>,
    connection_id: Option<ConnectionId>,
    limit: u32,
}

impl FromQuery for Wanted {
    fn read(query: &mut QueryReader) -> Option<Self> {
        let state = named(query, "state", EventState::from_name);
        let kind = named(query, "kind", EventKind::from_name);
        Some(Self {
            state,
            kind,
            function: query.parsed("function"),
            integration: query.parsed("integrationId"),
            connection_id: query.parsed("connectionId"),
            limit: query.number("limit", 1..=MAX_LIMIT).unwrap_or(DEFAULT_EVENT_LIMIT),
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

fn named<T>(query: &mut QueryReader, parameter: &str, known: fn(&str) -> Option<T>) -> Option<T> {
    let text = query.text(parameter)?;
    let found = known(&text);
    if found.is_none() {
        query.mistake(parameter, "invalid_value", format!("there is no {parameter} `{text}`"));
    }
    found
}

/// Whose code is to run.
struct OnWhat(ReplayOn);

impl FromQuery for OnWhat {
    fn read(query: &mut QueryReader) -> Option<Self> {
        Some(Self(named(query, "on", |text| text.parse().ok()).unwrap_or_default()))
    }
}

/// Both.
struct WantedOnWhat(Wanted, ReplayOn);

impl FromQuery for WantedOnWhat {
    fn read(query: &mut QueryReader) -> Option<Self> {
        let OnWhat(on) = OnWhat::read(query)?;
        Some(Self(Wanted::read(query)?, on))
    }
}

#[utoipa::path(
    get,
    path = "/events",
    operation_id = "listEvents",
    tag = "events",
    summary = "Events of the queue, the newest first",
    params(
        ("state" = Option<String>, Query, description = "`waiting`, `done`, `failed`, `dead` or `skipped`"),
        ("kind" = Option<String>, Query, description = "`setup`, `cleanup`, `action` or `webhook`"),
        ("function" = Option<String>, Query, description = "Of the functions of this name"),
        ("integrationId" = Option<String>, Query, description = "Of this integration"),
        ("connectionId" = Option<String>, Query, description = "Of the connections with this id"),
        ("limit" = Option<u32>, Query, description = "1 to 1,000; 50"),
    ),
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
    params(
        ("id" = String, Path, description = "The event"),
        ("on" = Option<String>, Query, description = "Whose code runs: `current` (the default) or `original`"),
    ),
    responses((status = 202, description = "In the queue", body = Replayed)),
)]
async fn replay(
    caller: Authorized<Decide>,
    PathOf(id): PathOf<String>,
    StrictQuery(OnWhat(on)): StrictQuery<OnWhat>,
    State(state): State<ServerState>,
) -> Result<(StatusCode, Json<Replayed>), ApiError> {
    let (event, actor) = (event_id(&id)?, Actor::Key(caller.key_id()));
    state
        .service()
        .store_of(caller.environment())
        .await?
        .event(caller.environment(), event)
        .await?
        .ok_or_else(|| unknown(&id))?;
    state.service().replay_event(caller.environment(), event, on, actor).await?;
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
    let (event, actor) = (event_id(&id)?, Actor::Key(caller.key_id()));
    state
        .service()
        .store_of(caller.environment())
        .await?
        .event(caller.environment(), event)
        .await?
        .ok_or_else(|| unknown(&id))?;
    state.service().skip_event(caller.environment(), event, actor).await?;
    Ok(Json(Skipped { id: event.to_string() }))
}

#[utoipa::path(
    post,
    path = "/events/replay",
    operation_id = "replayEvents",
    tag = "events",
    summary = "Put dead letters back into the queue",
    params(
        ("state" = Option<String>, Query, description = "`waiting`, `done`, `failed`, `dead` or `skipped`"),
        ("kind" = Option<String>, Query, description = "`setup`, `cleanup`, `action` or `webhook`"),
        ("function" = Option<String>, Query, description = "Of the functions of this name"),
        ("integrationId" = Option<String>, Query, description = "Of this integration"),
        ("connectionId" = Option<String>, Query, description = "Of the connections with this id"),
        ("limit" = Option<u32>, Query, description = "1 to 1,000; 50"),
        ("on" = Option<String>, Query, description = "Whose code runs: `current` (the default) or `original`"),
    ),
    responses((status = 202, description = "In the queue", body = ReplayedEvents)),
)]
async fn replay_all(
    caller: Authorized<Decide>,
    StrictQuery(WantedOnWhat(wanted, on)): StrictQuery<WantedOnWhat>,
    State(state): State<ServerState>,
) -> Result<(StatusCode, Json<ReplayedEvents>), ApiError> {
    let filter = wanted.dead_letters(caller.environment().clone());
    let events = state.service().store_of(caller.environment()).await?.events(&filter).await?;
    let decided = state.service().replay_events(&events, on, Actor::Key(caller.key_id())).await?;
    Ok((StatusCode::ACCEPTED, Json(ReplayedEvents { on: on.as_str(), events: outcomes(&decided) })))
}

#[utoipa::path(
    post,
    path = "/events/skip",
    operation_id = "skipEvents",
    tag = "events",
    summary = "Decide that dead letters will not be done",
    params(
        ("state" = Option<String>, Query, description = "`waiting`, `done`, `failed`, `dead` or `skipped`"),
        ("kind" = Option<String>, Query, description = "`setup`, `cleanup`, `action` or `webhook`"),
        ("function" = Option<String>, Query, description = "Of the functions of this name"),
        ("integrationId" = Option<String>, Query, description = "Of this integration"),
        ("connectionId" = Option<String>, Query, description = "Of the connections with this id"),
        ("limit" = Option<u32>, Query, description = "1 to 1,000; 50"),
    ),
    responses((status = 200, description = "Done", body = SkippedEvents)),
)]
async fn skip_all(
    caller: Authorized<Decide>,
    StrictQuery(wanted): StrictQuery<Wanted>,
    State(state): State<ServerState>,
) -> Result<Json<SkippedEvents>, ApiError> {
    let filter = wanted.dead_letters(caller.environment().clone());
    let events = state.service().store_of(caller.environment()).await?.events(&filter).await?;
    let decided = state.service().skip_events(&events, Actor::Key(caller.key_id())).await?;
    Ok(Json(SkippedEvents { events: outcomes(&decided) }))
}

fn outcomes(decided: &[DecidedEvent]) -> Vec<ListedDecision> {
    decided.iter().map(ListedDecision::from).collect()
}

/// Which acts are wanted.
struct WantedActs {
    event: Option<EventId>,
    limit: u32,
}

impl FromQuery for WantedActs {
    fn read(query: &mut QueryReader) -> Option<Self> {
        let event = named(query, "event", EventId::parse);
        let limit = query.number("limit", 1..=MAX_LIMIT).unwrap_or(DEFAULT_AUDIT_LIMIT);
        Some(Self { event, limit })
    }
}

#[utoipa::path(
    get,
    path = "/events/audit",
    operation_id = "listActs",
    tag = "events",
    summary = "What was decided about events, the newest first",
    params(
        ("event" = Option<String>, Query, description = "About this event"),
        ("limit" = Option<u32>, Query, description = "1 to 1,000; 50"),
    ),
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
