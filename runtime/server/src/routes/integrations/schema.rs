//! What integrations look like, as the description of the API says it. Their JSON is made in `shape`.
#![expect(dead_code, reason = "only their schemas are used")]

use utoipa::ToSchema;

/// An integration.
#[derive(ToSchema)]
pub(super) struct ShownIntegration {
    unique_key: String,
    provider: String,
    display_name: String,
    /// onevent has no logos.
    logo: Option<String>,
    forward_webhooks: bool,
    /// `null` of those of the project's folder and settings.
    #[schema(format = DateTime)]
    created_at: Option<String>,
    #[schema(format = DateTime)]
    updated_at: Option<String>,
    /// With `include=webhook`.
    #[schema(value_type = Option<String>, required = false)]
    webhook_url: Option<String>,
    /// With `include=credentials`; by their `type`.
    #[schema(value_type = Option<Object>, required = false)]
    credentials: Option<()>,
}
