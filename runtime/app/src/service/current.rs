//! The settings that can change while a server runs, and the parts that follow them.

use std::sync::{Arc, OnceLock};

use onevent_contract::{EnvironmentVariable, IntegrationId};
use onevent_hosts::Integrations as Configured;
use onevent_proxy::{EgressPolicy, EgressRules, Providers, Proxy, ProxyOptions, Wire};

use super::error::ServiceError;
use super::kept_integrations::KeptIntegrations;
use crate::config::Settings;
use crate::error::ConfigError;
use crate::integrations::Integrations;
use crate::project_folder::ProjectNames;

/// Settings as they are now, and what was made of them.
pub(super) struct Current {
    pub(super) settings: Settings,
    pub(super) names: ProjectNames,
    integrations: OnceLock<Arc<Integrations>>,
    of_files: OnceLock<Arc<Configured>>,
    providers: OnceLock<Arc<Providers>>,
    variables: OnceLock<Arc<[EnvironmentVariable]>>,
    proxy: OnceLock<Proxy>,
    /// The integrations of environments, as they were read last.
    pub(super) kept: KeptIntegrations,
}

impl Current {
    pub(super) fn new(settings: Settings, names: ProjectNames) -> Self {
        Self {
            settings,
            names,
            integrations: OnceLock::new(),
            of_files: OnceLock::new(),
            providers: OnceLock::new(),
            variables: OnceLock::new(),
            proxy: OnceLock::new(),
            kept: KeptIntegrations::default(),
        }
    }

    pub(super) fn integrations(&self) -> Result<Arc<Integrations>, ConfigError> {
        if let Some(integrations) = self.integrations.get() {
            return Ok(Arc::clone(integrations));
        }
        let loaded = Arc::new(Integrations::load(&self.settings, &self.names)?);
        Ok(Arc::clone(self.integrations.get_or_init(|| loaded)))
    }

    /// The integrations that the project's folders or the settings name.
    pub(super) fn of_files(&self) -> Result<Arc<Configured>, ConfigError> {
        if let Some(of_files) = self.of_files.get() {
            return Ok(Arc::clone(of_files));
        }
        let made = Arc::new(self.integrations()?.all(&self.named()));
        Ok(Arc::clone(self.of_files.get_or_init(|| made)))
    }

    /// The integrations that the project's folders name.
    pub(super) fn named(&self) -> Vec<IntegrationId> {
        let names = self.names.integrations.iter();
        names.filter_map(|name| IntegrationId::new(name.as_str()).ok()).collect()
    }

    pub(super) fn providers(&self) -> Result<Arc<Providers>, ConfigError> {
        if let Some(providers) = self.providers.get() {
            return Ok(Arc::clone(providers));
        }
        let made = Arc::new(self.integrations()?.providers().clone());
        Ok(Arc::clone(self.providers.get_or_init(|| made)))
    }

    pub(super) fn variables(&self) -> Arc<[EnvironmentVariable]> {
        Arc::clone(self.variables.get_or_init(|| self.settings.environment_variables().into()))
    }

    /// The one way out; `wire` looks at what goes there from the beginning, or never.
    pub(super) fn proxy(&self, wire: Option<&Arc<dyn Wire>>) -> Result<Proxy, ServiceError> {
        if let Some(proxy) = self.proxy.get() {
            return Ok(proxy.clone());
        }
        let rules = EgressRules {
            allow: self.settings.egress_allow.value.clone().into(),
            deny: self.settings.egress_deny.value.clone().into(),
        };
        let options = ProxyOptions {
            egress: EgressPolicy::public_only().and(&rules),
            wire: wire.cloned(),
            ..ProxyOptions::default()
        };
        let made = Proxy::new(options);
        let made = made.map_err(|error| ServiceError::Machine { message: error.to_string() })?;
        Ok(self.proxy.get_or_init(|| made).clone())
    }
}
