//! What a product says of an integration.

use indexmap::IndexMap;
use onevent_contract::{IntegrationId, JsonObject};
use onevent_proxy::Provider;
use onevent_store::{ForwardWebhooks, IntegrationCredentials};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;

use crate::error::{ApiError, FieldError};
use crate::extract::present;

/// How long the name for people may be, in characters.
const MAX_NAME: usize = 255;

/// Texts by name.
pub(super) type Texts = IndexMap<String, String>;

/// A new integration.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct CreateBody {
    pub(super) provider: String,
    #[schema(value_type = String)]
    pub(super) unique_key: IntegrationId,
    #[serde(default, deserialize_with = "present")]
    pub(super) display_name: Option<String>,
    #[serde(default, deserialize_with = "present")]
    pub(super) credentials: Option<CredentialsBody>,
    #[serde(default, deserialize_with = "present")]
    pub(super) forward_webhooks: Option<bool>,
    #[serde(default, deserialize_with = "present")]
    #[schema(value_type = Option<HashMap<String, String>>)]
    pub(super) integration_config: Option<Texts>,
    #[serde(default, deserialize_with = "present")]
    #[schema(value_type = Option<HashMap<String, String>>)]
    pub(super) custom: Option<Texts>,
}

/// A new integration without credentials of one's own.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct QuickstartBody {
    pub(super) provider: String,
    #[schema(value_type = String)]
    pub(super) unique_key: IntegrationId,
    #[serde(default, deserialize_with = "present")]
    pub(super) display_name: Option<String>,
    #[serde(default, deserialize_with = "present")]
    pub(super) forward_webhooks: Option<bool>,
}

/// What changes of an integration.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct UpdateBody {
    #[serde(default, deserialize_with = "present")]
    #[schema(value_type = Option<String>)]
    pub(super) unique_key: Option<IntegrationId>,
    #[serde(default, deserialize_with = "present")]
    pub(super) display_name: Option<String>,
    #[serde(default, deserialize_with = "present")]
    pub(super) credentials: Option<CredentialsBody>,
    #[serde(default, deserialize_with = "present")]
    pub(super) forward_webhooks: Option<bool>,
    #[serde(default, deserialize_with = "present")]
    #[schema(value_type = Option<HashMap<String, String>>)]
    pub(super) integration_config: Option<Texts>,
    #[serde(default, deserialize_with = "present")]
    #[schema(value_type = Option<HashMap<String, String>>)]
    pub(super) custom: Option<Texts>,
}

/// The credentials of an app at a provider, by the provider's auth mode.
#[derive(Deserialize, Serialize, ToSchema)]
#[serde(tag = "type")]
pub(super) enum CredentialsBody {
    #[serde(rename = "OAUTH1")]
    OAuth1(Client),
    #[serde(rename = "OAUTH2")]
    OAuth2(Client),
    #[serde(rename = "TBA")]
    Tba(Client),
    #[serde(rename = "APP")]
    App(App),
    #[serde(rename = "CUSTOM")]
    Custom(ClientAndApp),
}

#[derive(Deserialize, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Client {
    client_id: String,
    client_secret: String,
    #[serde(default, deserialize_with = "present", skip_serializing_if = "Option::is_none")]
    scopes: Option<String>,
    #[serde(default, deserialize_with = "present", skip_serializing_if = "Option::is_none")]
    webhook_secret: Option<String>,
}

#[derive(Deserialize, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct App {
    app_id: String,
    app_link: String,
    private_key: String,
}

#[derive(Deserialize, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct ClientAndApp {
    client_id: String,
    client_secret: String,
    app_id: String,
    app_link: String,
    private_key: String,
}

/// Whether connections of an auth mode are made with an app at the provider.
pub(super) fn needs_app(provider: &Provider) -> bool {
    matches!(provider.auth_mode.as_str(), "OAUTH1" | "OAUTH2" | "TBA" | "APP" | "CUSTOM")
}

/// Checks credentials against what the provider takes.
pub(super) fn credentials(
    given: Option<CredentialsBody>,
    provider: &Provider,
) -> Result<Option<IntegrationCredentials>, ApiError> {
    let Some(given) = given else { return Ok(None) };
    let fields = match serde_json::to_value(given) {
        Ok(Value::Object(fields)) => fields,
        Ok(_) | Err(_) => return Err(ApiError::internal(&"credentials of an integration are no object")),
    };
    if fields.get("type").and_then(Value::as_str) != Some(&provider.auth_mode) {
        let message =
            format!("the provider {} takes credentials of type {}", provider.name, provider.auth_mode);
        return Err(invalid(vec![FieldError::new(
            "invalid_value",
            message,
            vec!["credentials".into(), "type".into()],
        )]));
    }
    Ok(Some(IntegrationCredentials::new(fields)))
}

/// Checks the name for people.
pub(super) fn check_display_name(name: Option<&String>) -> Result<(), ApiError> {
    match name {
        Some(name) if name.is_empty() || name.chars().count() > MAX_NAME => {
            let message = format!("this field must have 1 to {MAX_NAME} characters");
            Err(invalid(vec![FieldError::of("display_name", "invalid_value", message)]))
        }
        _ => Ok(()),
    }
}

pub(super) fn invalid(errors: Vec<FieldError>) -> ApiError {
    ApiError::invalid("invalid_body", errors)
}

pub(super) fn object(texts: Texts) -> JsonObject {
    texts.into_iter().map(|(name, text)| (name, Value::String(text))).collect()
}

pub(super) fn forward_webhooks(given: bool) -> ForwardWebhooks {
    if given { ForwardWebhooks::Yes } else { ForwardWebhooks::No }
}
