//! What surrounds a connection: its integration as Nango's API shows it, and the environment's variables.

use std::sync::Arc;

use onevent_contract::{
    ApiErrorCode, CallContext, EnvironmentName, EnvironmentVariable, HostError, IntegrationId,
    IntegrationInclude, JsonObject,
};
use onevent_proxy::{EgressRules, Integration};
use serde_json::{Value, json};

use crate::answers::api;
use crate::connections::Connections;
use crate::sealed::check_include;

/// The variables of one environment. Cheap to clone.
pub(crate) type Variables = Arc<[EnvironmentVariable]>;

impl Connections {
    /// The inner `data` of `GET /integrations/:key`, as a function sees it.
    ///
    /// # Errors
    /// `not_found`, as there.
    pub(crate) fn described(
        &self,
        call: &CallContext,
        key: &IntegrationId,
        include: &[IntegrationInclude],
    ) -> Result<JsonObject, HostError> {
        let integration = self
            .integrations
            .get(key)
            .ok_or_else(|| api(404, ApiErrorCode::NotFound, format!("there is no integration `{key}`")))?;
        if integration.seal.is_some() {
            check_include(key, include)?;
        }
        let data = shown_integration(integration, &self.environment, include);
        // From here on the function holds these, so its logs and errors may carry them.
        call.effects.hide(integration.client_secret.iter().chain(&integration.webhook_secret).cloned());
        Ok(data)
    }

    /// The pagination options of an integration's template.
    ///
    /// # Errors
    /// Nango's `unknown_provider_template_in_config`, where there is no such integration.
    pub(crate) fn pagination(&self, key: &IntegrationId) -> Result<Option<JsonObject>, HostError> {
        let integration = self.integrations.get(key).ok_or_else(|| HostError::Configuration {
            code: "unknown_provider_template_in_config".into(),
            message: format!("there is no integration `{key}` with a provider's template"),
        })?;
        Ok(integration.provider.proxy.paginate.clone())
    }

    /// Where functions of an integration may go beside what everybody may.
    pub(crate) fn egress(&self, key: &IntegrationId) -> EgressRules {
        self.integrations.get(key).map(|integration| integration.egress.clone()).unwrap_or_default()
    }
}

/// An integration as Nango's API shows it: the inner `data` of `GET /integrations/:key`. What onevent does not have is
/// `null`: it shows no logos, and keeps no times of integrations.
#[must_use]
pub fn shown_integration(
    integration: &Integration,
    environment: &EnvironmentName,
    include: &[IntegrationInclude],
) -> JsonObject {
    let provider = &integration.provider;
    let mut data = JsonObject::new();
    data.insert("unique_key".into(), json!(integration.key));
    data.insert("provider".into(), json!(provider.name));
    data.insert("display_name".into(), json!(provider.display_name.as_ref().unwrap_or(&provider.name)));
    data.insert("logo".into(), Value::Null);
    data.insert("forward_webhooks".into(), json!(false));
    data.insert("created_at".into(), Value::Null);
    data.insert("updated_at".into(), Value::Null);
    for wanted in include {
        match wanted {
            IntegrationInclude::Webhook => {
                let address = integration.webhook.as_ref();
                let url = address.map(|address| address.url(environment, &integration.key));
                data.insert("webhook_url".into(), json!(url))
            }
            IntegrationInclude::Credentials => data.insert("credentials".into(), credentials(integration)),
        };
    }
    data
}

/// The OAuth client, for the modes that have one.
fn credentials(integration: &Integration) -> Value {
    match integration.provider.auth_mode.as_str() {
        mode @ ("OAUTH1" | "OAUTH2" | "TBA") => json!({
            "type": mode,
            "client_id": integration.client_id,
            "client_secret": integration.client_secret.as_ref().map(|secret| secret.reveal().to_owned()),
            "scopes": null,
            "webhook_secret": integration.webhook_secret.as_ref().map(|secret| secret.reveal().to_owned()),
        }),
        // Nango has no credentials of integrations of other modes; whoever set a secret for webhooks wants it read.
        mode => match &integration.webhook_secret {
            Some(secret) => json!({ "type": mode, "webhook_secret": secret.reveal() }),
            None => Value::Null,
        },
    }
}
