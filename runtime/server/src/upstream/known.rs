//! `GET /onevent/connections`: what is known here of Nango's connections. onevent's own route.

use axum::Json;
use axum::extract::{FromRequestParts as _, Request};
use axum::response::{IntoResponse as _, Response};
use onevent_lifecycle::UpstreamEnvironment;
use onevent_store::{UpstreamConnection, UpstreamFilter, UpstreamStateName};
use serde_json::{Value, json};

use crate::error::ApiError;
use crate::extract::{FromQuery, QueryReader, StrictQuery};
use crate::state::ServerState;

/// How many are answered at once, unless fewer are asked for.
const MOST: u32 = 1_000;

/// Those in a state, or all, in pages.
struct Wanted {
    state: Option<UpstreamStateName>,
    limit: u32,
    page: u32,
}

impl FromQuery for Wanted {
    fn read(query: &mut QueryReader) -> Option<Self> {
        Some(Self {
            state: query.named("state", UpstreamStateName::from_name),
            limit: query.number("limit", 1..=MOST).unwrap_or(MOST),
            page: query.number("page", 0..=u32::MAX).unwrap_or(0),
        })
    }
}

pub(super) async fn list(
    state: &ServerState,
    environment: &UpstreamEnvironment,
    request: Request,
) -> Result<Response, ApiError> {
    let mut head = request.into_parts().0;
    let StrictQuery(wanted) = StrictQuery::<Wanted>::from_request_parts(&mut head, state).await?;
    let filter = UpstreamFilter {
        state: wanted.state,
        limit: Some(wanted.limit),
        page: wanted.page,
        ..UpstreamFilter::of(environment.name.clone())
    };
    let found = state.service().upstream_connections(&filter).await?;
    Ok(Json(json!({ "connections": found.iter().map(shown_as).collect::<Vec<_>>() })).into_response())
}

fn shown_as(known: &UpstreamConnection) -> Value {
    json!({
        "id": known.upstream_id,
        "connection_id": known.key.connection_id,
        "provider_config_key": known.key.integration,
        "state": known.state.name().as_str(),
        "message": known.state.refusal(),
        "run_id": known.state.run_id(),
        "first_seen_at": known.first_seen_at,
        "changed_at": known.changed_at,
    })
}
