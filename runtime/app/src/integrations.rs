//! Integrations: what the settings say, with the provider templates that they name.

use std::collections::BTreeSet;
use std::sync::Arc;

use indexmap::IndexMap;
use onevent_contract::{Connection, IntegrationId};
use onevent_proxy::{Integration, Provider, Providers, ProvidersError, Seal};
use serde_json::Value;

use crate::config::{Config, IntegrationSettings};
use crate::error::ConfigError;
use crate::location::Location;
use crate::suggest;

/// The provider templates and the settings of every integration.
#[derive(Debug, Clone)]
pub struct Integrations {
    providers: Providers,
    settings: IndexMap<IntegrationId, IntegrationSettings>,
}

impl Integrations {
    /// Reads the built-in templates, and the file of `--providers` on top.
    ///
    /// # Errors
    /// When the file cannot be read, with the line where one is known.
    pub fn load(config: &Config) -> Result<Self, ConfigError> {
        let builtin = Providers::builtin().map_err(|error| ConfigError::internal(error.to_string()))?;
        let providers = match config.providers() {
            None => builtin,
            Some(path) => {
                let name = path.display().to_string();
                let text = std::fs::read_to_string(path).map_err(|error| {
                    let message = format!("the providers file {name} cannot be read: {error}");
                    ConfigError::project("providers_unreadable", message)
                })?;
                builtin.extended(&text, &name).map_err(|error| unreadable(&error, &name, &text))?
            }
        };
        Ok(Self { providers, settings: config.integrations() })
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
        let named = settings.provider.as_deref();
        let provider = match (self.provider(key, named), fallback.and_then(|name| self.providers.get(name))) {
            (Err(_), Some(provider)) if named.is_none() => provider,
            (found, _) => found?,
        };
        Ok(Arc::new(Integration {
            base_url: settings.base_url,
            client_id: settings.client_id,
            client_secret: settings.client_secret,
            egress_allow: settings.egress_allow,
            seal: settings.seal_credentials.then_some(Seal { hosts: settings.hosts }),
            ..Integration::new(key.clone(), provider)
        }))
    }

    /// The integrations whose credentials are sealed.
    pub fn sealed(&self) -> BTreeSet<IntegrationId> {
        let sealed = self.settings.iter().filter(|(_, settings)| settings.seal_credentials);
        sealed.map(|(key, _)| key.clone()).collect()
    }

    /// The provider templates.
    pub fn providers(&self) -> &Providers {
        &self.providers
    }

    /// The connection with the settings replaced that its provider's template marks as secret.
    pub fn redact_settings(&self, connection: &Connection, shown: &mut Value) {
        let Ok(integration) = self.get_or(&connection.provider_config_key, Some(&connection.provider)) else {
            return;
        };
        let Some(settings) = shown.get_mut("connection_config").and_then(Value::as_object_mut) else {
            return;
        };
        for (name, field) in &integration.provider.connection_config {
            let secret = field.get("secret").and_then(Value::as_bool) == Some(true);
            if let Some(value) = settings.get_mut(name).filter(|_| secret) {
                *value = Value::from("[redacted]");
            }
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
        let known: Vec<&str> = self.providers.iter().map(|provider| provider.name.as_str()).collect();
        let nearest = suggest::nearest(name, known.iter().copied());
        let (message, hint) = match (named, nearest) {
            (Some(name), Some(found)) => (
                format!("integration `{key}`: there is no provider `{name}`"),
                format!("did you mean `{found}`?"),
            ),
            (Some(name), None) => (
                format!("integration `{key}`: there is no provider `{name}`"),
                "add it with a YAML file: --providers FILE".to_owned(),
            ),
            (None, _) => (
                format!("integration `{key}` names no provider, and there is none called `{name}`"),
                format!(
                    "say which one it is with --set integrations.{key}.provider=NAME, or in onevent.toml"
                ),
            ),
        };
        Err(ConfigError::project("unknown_provider", message).hint(hint))
    }
}

fn unreadable(error: &ProvidersError, name: &str, text: &str) -> ConfigError {
    let failure = ConfigError::project(error.code(), error.to_string());
    match error.line().and_then(|line| u32::try_from(line).ok()) {
        Some(line) => failure.at(Location::of_position(name, &Arc::from(text), line, 1)),
        None => failure,
    }
}
