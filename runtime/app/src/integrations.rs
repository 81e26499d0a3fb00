//! Integrations: what the settings say, with the provider templates that they name.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use indexmap::IndexMap;
use onevent_contract::{Connection, FieldTemplates, IntegrationId, JsonObject, Secret};
use onevent_proxy::{EgressRules, Integration, KeyPlacement, Provider, Providers, Seal, WebhookAddress};
use onevent_store::StoredIntegration;
use serde_json::Value;

use crate::config::{Destinations, IntegrationSettings, Settings, Sourced, WebUrl};
use crate::error::ConfigError;
use crate::project_folder::ProjectNames;
use crate::suggest;
use crate::templates;

/// The provider templates and the settings of every integration.
#[derive(Debug, Clone)]
pub struct Integrations {
    providers: Providers,
    settings: BTreeMap<IntegrationId, IntegrationSettings>,
    /// The names of the project's folders and of those that settings are about.
    names: BTreeSet<String>,
    /// Where the server is reached, if that is known.
    public_url: Option<WebUrl>,
}

impl Integrations {
    /// Reads the built-in templates, and the file of `--providers` on top.
    ///
    /// # Errors
    /// When the file cannot be read, with the line where one is known.
    pub fn load(settings: &Settings, names: &ProjectNames) -> Result<Self, ConfigError> {
        let providers = templates::load(settings.providers.as_ref())?;
        let names = names.integrations.iter().cloned();
        let names = names.chain(settings.integrations.keys().map(ToString::to_string)).collect();
        let public_url = settings.server.public_url.as_ref().map(|url| url.value.clone());
        Ok(Self { providers, settings: settings.integrations.clone(), names, public_url })
    }

    /// One integration with its template: the one that the settings name, else the one of its own name.
    ///
    /// # Errors
    /// `unknown_provider` where there is no such template.
    pub fn get(&self, key: &IntegrationId) -> Result<Arc<Integration>, ConfigError> {
        self.get_or(key, None)
    }

    /// The same; where neither the settings nor the integration's own name lead to a template, `fallback` does:
    /// the provider that a connection was made with.
    ///
    /// # Errors
    /// As [`Integrations::get`].
    pub fn get_or(
        &self,
        key: &IntegrationId,
        fallback: Option<&str>,
    ) -> Result<Arc<Integration>, ConfigError> {
        let settings = self.settings.get(key).cloned().unwrap_or_default();
        let named = settings.provider.as_ref().map(|provider| provider.value.as_str());
        let provider = match (self.provider(key, named), fallback.and_then(|name| self.providers.get(name))) {
            (Err(_), Some(provider)) if named.is_none() => provider,
            (found, _) => found?,
        };
        let egress = egress(&settings);
        let seal = settings.is_sealed().then(|| Seal {
            hosts: settings.hosts.map_or_else(Vec::new, |hosts| hosts.value.as_slice().to_vec()),
        });
        Ok(Arc::new(Integration {
            base_url: settings.base_url.map(|url| url.value.as_str().to_owned()),
            client_id: settings.client_id.map(|id| id.value),
            client_secret: settings.client_secret.map(|secret| secret.value),
            egress,
            seal,
            webhook: match (settings.webhook_url, &self.public_url) {
                (Some(url), _) => Some(WebhookAddress::At(url.value.url().clone())),
                (None, Some(server)) => Some(WebhookAddress::Under(server.url().clone())),
                (None, None) => None,
            },
            webhook_secret: settings.webhook_secret.map(|secret| secret.value),
            ..Integration::new(key.clone(), provider)
        }))
    }

    /// Whether the settings say how it is reached.
    #[must_use]
    pub fn is_in_settings(&self, key: &IntegrationId) -> bool {
        self.settings.get(key).is_some_and(IntegrationSettings::is_described)
    }

    /// An integration that was made over the HTTP API, with its template.
    ///
    /// # Errors
    /// `unknown_provider` where there is no such template any more.
    pub fn of_stored(&self, stored: &StoredIntegration) -> Result<Arc<Integration>, ConfigError> {
        let made = &stored.integration;
        let provider = self.providers.get(&made.provider).ok_or_else(|| no_template(stored))?;
        let credential = |field: &str| text(made.credentials.as_ref()?.reveal(), field);
        Ok(Arc::new(Integration {
            base_url: text(&made.integration_config, "baseUrl"),
            client_id: credential("client_id"),
            client_secret: credential("client_secret").map(Secret::new),
            key_placement: key_placement(&made.integration_config),
            webhook: self.public_url.as_ref().map(|server| WebhookAddress::Under(server.url().clone())),
            webhook_secret: credential("webhook_secret").map(Secret::new),
            egress: self.settings.get(&made.unique_key).map(egress).unwrap_or_default(),
            ..Integration::new(made.unique_key.clone(), provider)
        }))
    }

    /// The integrations whose credentials are sealed.
    pub fn sealed(&self) -> BTreeSet<IntegrationId> {
        let sealed = self.settings.iter().filter(|(_, settings)| settings.is_sealed());
        sealed.map(|(key, _)| key.clone()).collect()
    }

    /// The provider templates.
    pub fn providers(&self) -> &Providers {
        &self.providers
    }

    /// The connection as people may see it: without its secrets, by its provider's template.
    #[must_use]
    pub fn redacted(&self, connection: &Connection) -> Value {
        match self.get_or(&connection.provider_config_key, Some(&connection.provider)) {
            Ok(integration) => connection.redacted(integration.provider.field_templates()),
            Err(_) => connection.redacted(FieldTemplates::unknown()),
        }
    }

    /// Every integration that has a template, of those that are named here or have settings.
    pub fn all<'a>(
        &self,
        named: impl IntoIterator<Item = &'a IntegrationId>,
    ) -> IndexMap<IntegrationId, Arc<Integration>> {
        let keys = named.into_iter().cloned().chain(self.settings.keys().cloned());
        keys.filter_map(|key| self.get(&key).ok().map(|integration| (key, integration))).collect()
    }

    fn provider(&self, key: &IntegrationId, named: Option<&str>) -> Result<Arc<Provider>, ConfigError> {
        let name = named.unwrap_or(key.as_str());
        if let Some(provider) = self.providers.get(name) {
            return Ok(provider);
        }
        let integration = key.to_string();
        Err(match named {
            Some(name) => ConfigError::UnknownProvider {
                integration,
                provider: name.to_owned(),
                nearest: suggest::nearest(name, self.providers.iter().map(|provider| provider.name.as_str()))
                    .map(str::to_owned),
            },
            None => ConfigError::NoProvider {
                nearest: suggest::nearest(
                    name,
                    self.names.iter().map(String::as_str).filter(|known| *known != name),
                )
                .map(str::to_owned),
                integration,
            },
        })
    }
}

/// Where an integration's functions may go and where not, whoever made it.
fn egress(settings: &IntegrationSettings) -> EgressRules {
    let rules = |set: &Option<Sourced<Destinations>>| {
        set.as_ref().map_or_else(Vec::new, |set| set.value.clone().into())
    };
    EgressRules { allow: rules(&settings.egress_allow), deny: rules(&settings.egress_deny) }
}

fn text(fields: &JsonObject, name: &str) -> Option<String> {
    fields.get(name).and_then(Value::as_str).map(str::to_owned)
}

/// Where the key of one's own API goes (Nango's `private-api-generic`).
fn key_placement(config: &JsonObject) -> Option<KeyPlacement> {
    let name = text(config, "keyName")?;
    let value = text(config, "valueTemplate").unwrap_or_else(|| "${apiKey}".to_owned());
    match text(config, "keyPlacement").as_deref() {
        Some("query") => Some(KeyPlacement::Query { name, value }),
        _ => Some(KeyPlacement::Header { name, value }),
    }
}

/// The error of an integration whose provider has no template.
fn no_template(stored: &StoredIntegration) -> ConfigError {
    ConfigError::UnknownProvider {
        integration: stored.integration.unique_key.to_string(),
        provider: stored.integration.provider.clone(),
        nearest: None,
    }
}
