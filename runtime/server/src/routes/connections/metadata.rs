//! `POST` and `PATCH /connections/metadata`: replace, or change keys.

use axum::Json;
use axum::extract::State;
use http::{HeaderMap, StatusCode};
use onevent_contract::{ConnectionId, IntegrationId, JsonObject, MetadataWriteKind};
use onevent_store::{ConnectionKey, Writer};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::error::{ApiError, ErrorBody, FieldError};
use crate::extract::{Authorized, FromQuery, JsonBody, NoQuery, PathOf, QueryReader, StrictQuery, needs};
use crate::state::ServerState;

/// So many connections may be changed at once: all or none of them, in one transaction.
const MAX_CONNECTIONS: usize = 1_000;

needs! {
    Update => ConnectionsUpdate;
}

/// What is changed, of which connections. It is the answer, too.
#[derive(Debug, Deserialize, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct MetadataBody {
    connection_id: Ids,
    #[schema(value_type = String)]
    provider_config_key: IntegrationId,
    #[schema(value_type = Object)]
    metadata: JsonObject,
}

/// One connection, or several.
#[derive(Debug, Clone, Deserialize, Serialize, ToSchema)]
#[serde(untagged)]
enum Ids {
    #[schema(value_type = String)]
    One(ConnectionId),
    #[schema(value_type = Vec<String>)]
    Several(Vec<ConnectionId>),
}

#[utoipa::path(
    post,
    path = "/connections/metadata",
    operation_id = "setMetadata",
    tag = "connections",
    summary = "Replace metadata, of all that are named or of none",
    request_body = MetadataBody,
    responses(
        (status = 201, description = "Done", body = MetadataBody),
        (status = "4XX", description = "Refused", body = ErrorBody),
    ),
)]
pub(super) async fn set(
    caller: Authorized<Update>,
    StrictQuery(NoQuery): StrictQuery<NoQuery>,
    State(state): State<ServerState>,
    JsonBody(body): JsonBody<MetadataBody>,
) -> Result<(StatusCode, Json<MetadataBody>), ApiError> {
    Ok((StatusCode::CREATED, changed(&state, &caller, body, MetadataWriteKind::Set).await?))
}

#[utoipa::path(
    patch,
    path = "/connections/metadata",
    operation_id = "updateMetadata",
    tag = "connections",
    summary = "Change keys of metadata, of all that are named or of none",
    request_body = MetadataBody,
    responses(
        (status = 200, description = "Done", body = MetadataBody),
        (status = "4XX", description = "Refused", body = ErrorBody),
    ),
)]
pub(super) async fn update(
    caller: Authorized<Update>,
    StrictQuery(NoQuery): StrictQuery<NoQuery>,
    State(state): State<ServerState>,
    JsonBody(body): JsonBody<MetadataBody>,
) -> Result<Json<MetadataBody>, ApiError> {
    changed(&state, &caller, body, MetadataWriteKind::Update).await
}

/// Changes all of them or none, and answers with what was asked.
async fn changed(
    state: &ServerState,
    caller: &Authorized<Update>,
    body: MetadataBody,
    kind: MetadataWriteKind,
) -> Result<Json<MetadataBody>, ApiError> {
    let ids = match &body.connection_id {
        Ids::One(id) => std::slice::from_ref(id),
        Ids::Several(ids) => ids.as_slice(),
    };
    if ids.is_empty() || ids.len() > MAX_CONNECTIONS {
        let message = format!("this field must name 1 to {MAX_CONNECTIONS} connections");
        let error = FieldError::of("connection_id", "custom", message);
        return Err(ApiError::invalid("invalid_body", vec![error]));
    }
    let key = |id: &ConnectionId| {
        ConnectionKey::new(caller.environment().clone(), body.provider_config_key.clone(), id.clone())
    };
    let keys: Vec<ConnectionKey> = ids.iter().map(key).collect();
    let store = state.service().store_of(caller.environment()).await?;
    store.write_metadata_of_all(&keys, kind, &body.metadata, &Writer::User).await?;
    Ok(Json(body))
}

/// The integration of the form of before: in the query, or in a header.
pub(super) struct OldQuery {
    integration: Option<IntegrationId>,
}

impl FromQuery for OldQuery {
    fn read(query: &mut QueryReader) -> Option<Self> {
        Some(Self { integration: query.parsed("provider_config_key") })
    }
}

#[utoipa::path(
    post,
    path = "/connection/{id}/metadata",
    operation_id = "setMetadataOfOne",
    tag = "connections",
    summary = "Replace the metadata of one connection: the form of before",
    params(
        ("id" = String, Path, description = "The connection"),
        ("provider_config_key" = Option<String>, Query, description = "The integration; or in a header of that name"),
    ),
    request_body = Object,
    responses((status = 201, description = "Done", body = Object)),
)]
pub(super) async fn set_one(
    caller: Authorized<Update>,
    PathOf(id): PathOf<ConnectionId>,
    StrictQuery(query): StrictQuery<OldQuery>,
    State(state): State<ServerState>,
    headers: HeaderMap,
    JsonBody(metadata): JsonBody<JsonObject>,
) -> Result<(StatusCode, Json<JsonObject>), ApiError> {
    let body = old_body(id, query, &headers, metadata)?;
    let Json(body) = changed(&state, &caller, body, MetadataWriteKind::Set).await?;
    Ok((StatusCode::CREATED, Json(body.metadata)))
}

#[utoipa::path(
    patch,
    path = "/connection/{id}/metadata",
    operation_id = "updateMetadataOfOne",
    tag = "connections",
    summary = "Change keys of the metadata of one connection: the form of before",
    params(
        ("id" = String, Path, description = "The connection"),
        ("provider_config_key" = Option<String>, Query, description = "The integration; or in a header of that name"),
    ),
    request_body = Object,
    responses((status = 200, description = "Done", body = Object)),
)]
pub(super) async fn update_one(
    caller: Authorized<Update>,
    PathOf(id): PathOf<ConnectionId>,
    StrictQuery(query): StrictQuery<OldQuery>,
    State(state): State<ServerState>,
    headers: HeaderMap,
    JsonBody(metadata): JsonBody<JsonObject>,
) -> Result<Json<JsonObject>, ApiError> {
    let body = old_body(id, query, &headers, metadata)?;
    let Json(body) = changed(&state, &caller, body, MetadataWriteKind::Update).await?;
    Ok(Json(body.metadata))
}

fn old_body(
    id: ConnectionId,
    query: OldQuery,
    headers: &HeaderMap,
    metadata: JsonObject,
) -> Result<MetadataBody, ApiError> {
    let invalid = |code, message: String| {
        ApiError::invalid("invalid_query_params", vec![FieldError::of("provider_config_key", code, message)])
    };
    let of_header = || {
        let line = headers.get("provider-config-key")?;
        Some(IntegrationId::new(String::from_utf8_lossy(line.as_bytes())))
    };
    let integration = match query.integration.map(Ok).or_else(of_header) {
        Some(Ok(integration)) => integration,
        Some(Err(error)) => return Err(invalid("invalid_format", error.to_string())),
        None => return Err(invalid("invalid_type", "this parameter is required".to_owned())),
    };
    Ok(MetadataBody { connection_id: Ids::One(id), provider_config_key: integration, metadata })
}
