//! Events of the queue, dead letters among them: onevent's own routes.

use axum::extract::State;
use axum::routing::{get, post};
use axum::{Json, Router};
use http::StatusCode;
use onevent_app::{DecidedEvent, audit_document, event_document};
use onevent_contract::{ConnectionId, FunctionName, IntegrationId, RunId};
use onevent_lifecycle::ReplayOn;
use onevent_store::{
    Actor, AuditFilter, DEFAULT_AUDIT_LIMIT, DEFAULT_EVENT_LIMIT, EventFilter, EventId, EventKind, EventState,
};
use serde_json::{Value, json};

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

pub(super) fn routes() -> Router<ServerState> {
    Router::new()
        .route("/events", get(list))
        .route("/events/audit", get(audit))
        .route("/events/replay", post(replay_all))
        .route("/events/skip", post(skip_all))
        .route("/events/{id}", get(read))
        .route("/events/{id}/replay", post(replay))
        .route("/events/{id}/skip", post(skip))
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

async fn list(
    caller: Authorized<Read>,
    StrictQuery(wanted): StrictQuery<Wanted>,
    State(state): State<ServerState>,
) -> Result<Json<Value>, ApiError> {
    let filter = wanted.filter(caller.environment().clone());
    let events = state.service().store().await?.events(&filter).await?;
    let events: Vec<Value> = events.iter().map(event_document).collect();
    Ok(Json(json!({ "environment": caller.environment(), "events": events })))
}

async fn read(
    caller: Authorized<Read>,
    PathOf(id): PathOf<String>,
    StrictQuery(NoQuery): StrictQuery<NoQuery>,
    State(state): State<ServerState>,
) -> Result<Json<Value>, ApiError> {
    let event = event_id(&id)?;
    let store = state.service().store().await?;
    let found = store.event(caller.environment(), event).await?.ok_or_else(|| unknown(&id))?;
    let attempts = match RunId::parse(&id) {
        Some(run) => store.attempts(caller.environment(), run).await?,
        None => Vec::new(),
    };
    let about =
        AuditFilter { subject: Some(event.to_string()), ..AuditFilter::of(caller.environment().clone()) };
    let acts = store.audit(&about).await?;
    let mut document = event_document(&found.summary);
    document["attempts"] = attempts.into_iter().map(|attempt| attempt.report).collect();
    document["audit"] = acts.iter().map(audit_document).collect();
    Ok(Json(document))
}

async fn replay(
    caller: Authorized<Decide>,
    PathOf(id): PathOf<String>,
    StrictQuery(OnWhat(on)): StrictQuery<OnWhat>,
    State(state): State<ServerState>,
) -> Result<(StatusCode, Json<Value>), ApiError> {
    let (event, actor) = (event_id(&id)?, Actor::Key(caller.key_id()));
    state.service().store().await?.event(caller.environment(), event).await?.ok_or_else(|| unknown(&id))?;
    state.service().replay_event(caller.environment(), event, on, actor).await?;
    Ok((StatusCode::ACCEPTED, Json(json!({ "id": event, "on": on.as_str() }))))
}

async fn skip(
    caller: Authorized<Decide>,
    PathOf(id): PathOf<String>,
    StrictQuery(NoQuery): StrictQuery<NoQuery>,
    State(state): State<ServerState>,
) -> Result<Json<Value>, ApiError> {
    let (event, actor) = (event_id(&id)?, Actor::Key(caller.key_id()));
    state.service().store().await?.event(caller.environment(), event).await?.ok_or_else(|| unknown(&id))?;
    state.service().skip_event(caller.environment(), event, actor).await?;
    Ok(Json(json!({ "id": event })))
}

async fn replay_all(
    caller: Authorized<Decide>,
    StrictQuery(WantedOnWhat(wanted, on)): StrictQuery<WantedOnWhat>,
    State(state): State<ServerState>,
) -> Result<(StatusCode, Json<Value>), ApiError> {
    let filter = wanted.dead_letters(caller.environment().clone());
    let events = state.service().store().await?.events(&filter).await?;
    let decided = state.service().replay_events(&events, on, Actor::Key(caller.key_id())).await?;
    Ok((StatusCode::ACCEPTED, Json(json!({ "on": on.as_str(), "events": outcomes(&decided) }))))
}

async fn skip_all(
    caller: Authorized<Decide>,
    StrictQuery(wanted): StrictQuery<Wanted>,
    State(state): State<ServerState>,
) -> Result<Json<Value>, ApiError> {
    let filter = wanted.dead_letters(caller.environment().clone());
    let events = state.service().store().await?.events(&filter).await?;
    let decided = state.service().skip_events(&events, Actor::Key(caller.key_id())).await?;
    Ok(Json(json!({ "events": outcomes(&decided) })))
}

fn outcomes(decided: &[DecidedEvent]) -> Vec<Value> {
    let one = |decided: &DecidedEvent| {
        let error = decided.error.as_ref();
        json!({ "id": decided.id, "error": error.map(|error| json!({ "code": error.code(), "message": error.to_string() })) })
    };
    decided.iter().map(one).collect()
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

async fn audit(
    caller: Authorized<Read>,
    StrictQuery(WantedActs { event, limit }): StrictQuery<WantedActs>,
    State(state): State<ServerState>,
) -> Result<Json<Value>, ApiError> {
    let subject = event.map(|event| event.to_string());
    let filter = AuditFilter { subject, limit, ..AuditFilter::of(caller.environment().clone()) };
    let acts = state.service().store().await?.audit(&filter).await?;
    let acts: Vec<Value> = acts.iter().map(audit_document).collect();
    Ok(Json(json!({ "environment": caller.environment(), "audit": acts })))
}

fn event_id(id: &str) -> Result<EventId, ApiError> {
    EventId::parse(id).ok_or_else(|| unknown(id))
}

fn unknown(id: &str) -> ApiError {
    ApiError::not_found(format!("there is no event `{id}`"))
}
