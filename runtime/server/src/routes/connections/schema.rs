//! What connections look like, as the description of the API says it. Their JSON is made in `shape`; every answer of the tests is
//! held against these.
#![expect(dead_code, reason = "only their schemas are used")]

use serde_json::Value;
use utoipa::ToSchema;

/// An authentication error.
#[derive(ToSchema)]
struct ConnectionError {
    /// `auth`
    r#type: String,
    /// The run that found it.
    log_id: String,
}

/// Whose a connection is.
#[derive(ToSchema)]
struct EndUser {
    id: String,
    display_name: Option<String>,
    email: Option<String>,
    #[schema(value_type = Option<HashMap<String, String>>)]
    tags: (),
    organization: Option<Organization>,
}

/// The organization of an end user.
#[derive(ToSchema)]
struct Organization {
    id: String,
    display_name: Option<String>,
}

/// A connection in a list.
#[derive(ToSchema)]
struct SimpleConnection {
    id: i64,
    connection_id: String,
    /// The integration.
    provider_config_key: String,
    provider: String,
    errors: Vec<ConnectionError>,
    end_user: Option<EndUser>,
    #[schema(value_type = HashMap<String, String>)]
    tags: (),
    #[schema(value_type = Option<Object>)]
    metadata: (),
    #[schema(format = DateTime)]
    created: String,
}

/// Connections.
#[derive(ToSchema)]
pub(super) struct ConnectionList {
    connections: Vec<SimpleConnection>,
}

/// A connection.
#[derive(ToSchema)]
pub(super) struct FullConnection {
    id: i64,
    connection_id: String,
    /// The integration.
    provider_config_key: String,
    provider: String,
    errors: Vec<ConnectionError>,
    end_user: Option<EndUser>,
    #[schema(value_type = HashMap<String, String>)]
    tags: (),
    #[schema(value_type = Option<Object>)]
    metadata: (),
    #[schema(value_type = Object)]
    connection_config: (),
    webhook_url_override: Option<String>,
    #[schema(format = DateTime)]
    created_at: String,
    #[schema(format = DateTime)]
    updated_at: String,
    #[schema(format = DateTime)]
    last_fetched_at: Option<String>,
    /// By their `type`; empty without the scope for them.
    #[schema(value_type = Object)]
    credentials: Value,
}
