//! `GET /connections`.

use axum::Json;
use axum::extract::State;
use onevent_contract::{ConnectionId, EnvironmentName, IntegrationId, Tags};
use onevent_store::{ConnectionFilter, DEFAULT_CONNECTION_LIMIT};
use serde_json::{Value, json};
use utoipa::IntoParams;

use super::schema::ConnectionList;
use super::shape;
use crate::error::{ApiError, ErrorBody};
use crate::extract::{Authorized, FromQuery, QueryReader, StrictQuery, needs};
use crate::state::ServerState;

/// How many connections somebody may ask for at once.
const MAX_PAGE: u32 = 2_000;

needs! {
    List => ConnectionsList;
}

/// Which connections are asked for. Each that is given narrows them.
#[derive(IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct ListQuery {
    /// With this id
    #[param(rename = "connectionId", required = false, value_type = String)]
    connection_id: Option<ConnectionId>,
    /// In ids, and names and addresses of end users
    #[param(required = false, value_type = String)]
    search: Option<String>,
    /// Of this end user
    #[param(rename = "endUserId", required = false, value_type = String)]
    end_user_id: Option<String>,
    /// Of this organization
    #[param(rename = "endUserOrganizationId", required = false, value_type = String)]
    end_user_organization_id: Option<String>,
    /// Of these integrations, with commas in between
    #[param(rename = "integrationId", required = false, value_type = String)]
    integrations: Vec<IntegrationId>,
    /// With all of these: `tags[name]=value`
    #[param(required = false, value_type = HashMap<String, String>)]
    tags: Tags,
    /// 1 to 2,000; 10,000
    #[param(required = false, value_type = u32)]
    limit: u32,
    /// From 0
    #[param(required = false, value_type = u32)]
    page: u32,
}

impl FromQuery for ListQuery {
    fn read(query: &mut QueryReader) -> Option<Self> {
        Some(Self {
            connection_id: query.parsed("connectionId"),
            search: query.text("search"),
            end_user_id: query.text("endUserId"),
            end_user_organization_id: query.text("endUserOrganizationId"),
            integrations: query.list("integrationId"),
            tags: query.map("tags"),
            limit: query.number("limit", 1..=MAX_PAGE).unwrap_or(DEFAULT_CONNECTION_LIMIT),
            page: query.number("page", 0..=u32::MAX).unwrap_or(0),
        })
    }
}

impl ListQuery {
    fn filter(self, environment: &EnvironmentName) -> ConnectionFilter {
        ConnectionFilter {
            environment: environment.clone(),
            connection_id: self.connection_id,
            search: self.search,
            end_user_id: self.end_user_id,
            end_user_organization_id: self.end_user_organization_id,
            integrations: self.integrations,
            tags: self.tags,
            limit: self.limit,
            page: self.page,
        }
    }
}

/// Lists connections, the newest first.
#[utoipa::path(
    get,
    path = "/connections",
    operation_id = "listConnections",
    tag = "connections",
    summary = "List connections",
    params(ListQuery),
    responses(
        (status = 200, description = "Done", body = ConnectionList),
        (status = "4XX", description = "Refused", body = ErrorBody),
    ),
)]
pub(super) async fn list(
    caller: Authorized<List>,
    StrictQuery(query): StrictQuery<ListQuery>,
    State(state): State<ServerState>,
) -> Result<Json<Value>, ApiError> {
    let store = state.service().store_of(caller.environment()).await?;
    let found = store.find_connections(&query.filter(caller.environment())).await?;
    Ok(Json(json!({ "connections": found.iter().map(shape::simple).collect::<Vec<_>>() })))
}
