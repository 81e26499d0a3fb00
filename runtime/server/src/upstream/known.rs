//! `GET /onevent/connections`: what is known here of Nango's connections. onevent's own route.

use axum::Json;
use axum::extract::{FromRequestParts as _, Request};
use axum::response::{IntoResponse as _, Response};
use onevent_lifecycle::UpstreamEnvironment;
use onevent_store::{UpstreamConnection, UpstreamState};
use serde_json::{Value, json};

use crate::error::ApiError;
use crate::extract::{FromQuery, QueryReader, StrictQuery};
use crate::state::ServerState;

/// Those in a state, or all.
struct Wanted {
    state: Option<String>,
}

impl FromQuery for Wanted {
    fn read(query: &mut QueryReader) -> Option<Self> {
        let state = query.text("state");
        if state.as_deref().is_some_and(|state| !UpstreamState::NAMES.contains(&state)) {
            query.mistake("state", "invalid_value", "there is no such state");
        }
        Some(Self { state })
    }
}

pub(super) async fn list(
    state: &ServerState,
    environment: &UpstreamEnvironment,
    request: Request,
) -> Result<Response, ApiError> {
    let mut head = request.into_parts().0;
    let StrictQuery(Wanted { state: wanted }) = StrictQuery::from_request_parts(&mut head, state).await?;
    let known = state.service().upstream_connections(&environment.name).await?;
    let shown =
        known.iter().filter(|known| wanted.as_deref().is_none_or(|state| state == known.state.as_str()));
    Ok(Json(json!({ "connections": shown.map(shown_as).collect::<Vec<_>>() })).into_response())
}

fn shown_as(known: &UpstreamConnection) -> Value {
    json!({
        "id": known.upstream_id,
        "connection_id": known.key.connection_id,
        "provider_config_key": known.key.integration,
        "state": known.state.as_str(),
        "message": known.state.refusal(),
        "run_id": known.state.run_id(),
        "first_seen_at": known.first_seen_at,
        "changed_at": known.changed_at,
    })
}
