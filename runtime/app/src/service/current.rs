//! The settings that can change while a server runs, and the parts that follow them.

use std::sync::{Arc, OnceLock};

use onevent_proxy::{EgressPolicy, Proxy, ProxyOptions};

use super::error::ServiceError;
use crate::config::Settings;
use crate::error::ConfigError;
use crate::integrations::Integrations;
use crate::project_folder::ProjectNames;

/// Settings as they are now, and what was made of them.
pub(super) struct Current {
    pub(super) settings: Settings,
    pub(super) names: ProjectNames,
    integrations: OnceLock<Arc<Integrations>>,
    proxy: OnceLock<Proxy>,
}

impl Current {
    pub(super) fn new(settings: Settings, names: ProjectNames) -> Self {
        Self { settings, names, integrations: OnceLock::new(), proxy: OnceLock::new() }
    }

    pub(super) fn integrations(&self) -> Result<Arc<Integrations>, ConfigError> {
        if let Some(integrations) = self.integrations.get() {
            return Ok(Arc::clone(integrations));
        }
        let loaded = Arc::new(Integrations::load(&self.settings, &self.names)?);
        Ok(Arc::clone(self.integrations.get_or_init(|| loaded)))
    }

    pub(super) fn proxy(&self) -> Result<Proxy, ServiceError> {
        if let Some(proxy) = self.proxy.get() {
            return Ok(proxy.clone());
        }
        let allowed = self.settings.egress_allow.value.as_slice().iter().copied();
        let options =
            ProxyOptions { egress: EgressPolicy::public_only().and(allowed), ..ProxyOptions::default() };
        let made = Proxy::new(options);
        let made = made.map_err(|error| ServiceError::Machine { message: error.to_string() })?;
        Ok(self.proxy.get_or_init(|| made).clone())
    }
}
