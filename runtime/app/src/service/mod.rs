//! The parts of onevent over one project, put together from its settings.

mod actions;
mod error;
mod hosts;
mod operations;
mod stored_integrations;
mod stores;

use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::{Arc, OnceLock};

use onevent_contract::{EnvironmentName, FunctionKey, IntegrationId};
use onevent_engine::{Engine, Project, ProjectSource, Selection};
use onevent_lifecycle::{ActionRecords, LimitsOf};
use onevent_proxy::{EgressPolicy, Proxy, ProxyOptions};
use onevent_store::Store;
use tokio::sync::OnceCell;
use tokio_util::sync::CancellationToken;

pub use self::error::ServiceError;
pub use self::hosts::{DryRunHost, HostedRun};
pub use self::stored_integrations::FoundIntegration;
pub(crate) use self::stored_integrations::no_template;
use crate::config::{Config, Flags, Settings};
use crate::error::ConfigError;
use crate::integrations::Integrations;
use crate::project_folder::ProjectNames;
use crate::surroundings::Surroundings;

/// onevent over one project: settings, engine, proxy, database, hosts and lifecycle, as they belong together.
///
/// Each part is made when it is first needed, and once: listing connections starts no engine, and listing functions
/// opens no database.
pub struct Service {
    config: Config,
    names: ProjectNames,
    integrations: OnceLock<Integrations>,
    engine: OnceLock<Engine>,
    proxy: OnceLock<Proxy>,
    project: OnceCell<Arc<Project>>,
    store: OnceCell<Store>,
    /// A store that may only be read.
    reading: OnceCell<Store>,
    /// Where the runs of triggered actions are kept.
    action_records: OnceLock<ActionRecords>,
    interruption: CancellationToken,
}

impl fmt::Debug for Service {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Service").field("folder", &self.config.project).finish_non_exhaustive()
    }
}

impl Service {
    /// Reads the settings of the project in this folder. Nothing else is opened or started yet.
    ///
    /// # Errors
    /// A mistake in the settings, with its place, variable or flag.
    pub fn new(
        folder: impl Into<PathBuf>,
        flags: &Flags,
        surroundings: &Surroundings,
    ) -> Result<Self, ConfigError> {
        let folder = folder.into();
        let names = ProjectNames::scan(&folder);
        let config = Config::load(folder, &names, flags, surroundings)?;
        Ok(Self {
            config,
            names,
            integrations: OnceLock::new(),
            engine: OnceLock::new(),
            proxy: OnceLock::new(),
            project: OnceCell::new(),
            store: OnceCell::new(),
            reading: OnceCell::new(),
            action_records: OnceLock::new(),
            interruption: CancellationToken::new(),
        })
    }

    /// Asks the operations that are running to come to their end early: functions are stopped and their runs kept, and
    /// each operation answers with what became of its connection. There is no way back.
    pub fn interrupt(&self) {
        self.interruption.cancel();
    }

    /// Waits until somebody asks for that.
    pub async fn interrupted(&self) {
        self.interruption.cancelled().await;
    }

    /// The settings, with where they come from.
    #[must_use]
    pub fn config(&self) -> &Config {
        &self.config
    }

    /// The settings' values.
    #[must_use]
    pub fn settings(&self) -> &Settings {
        &self.config.settings
    }

    /// The environment whose connections are used.
    #[must_use]
    pub fn environment(&self) -> &EnvironmentName {
        &self.config.settings.environment.value
    }

    /// The project's folder.
    #[must_use]
    pub fn folder(&self) -> &Path {
        &self.config.project
    }

    /// The provider templates and the configured integrations.
    ///
    /// # Errors
    /// When the file of templates cannot be read.
    pub fn integrations(&self) -> Result<&Integrations, ConfigError> {
        if let Some(integrations) = self.integrations.get() {
            return Ok(integrations);
        }
        let loaded = Integrations::load(&self.config, &self.names)?;
        Ok(self.integrations.get_or_init(|| loaded))
    }

    /// The integrations that the project's folders name.
    pub(crate) fn named_integrations(&self) -> Vec<IntegrationId> {
        self.names.integrations.iter().filter_map(|name| IntegrationId::new(name.as_str()).ok()).collect()
    }

    /// What runs functions.
    ///
    /// # Errors
    /// When the system gives no thread.
    pub fn engine(&self) -> Result<&Engine, ServiceError> {
        if let Some(engine) = self.engine.get() {
            return Ok(engine);
        }
        let made = Engine::builder().build();
        let made = made.map_err(|error| ServiceError::Machine { message: error.to_string() })?;
        Ok(self.engine.get_or_init(|| made))
    }

    /// The project's functions, loaded once; a broken one is listed in it.
    ///
    /// # Errors
    /// When `index.ts` itself is wrong, or the engine cannot be started.
    pub async fn project(&self) -> Result<&Arc<Project>, ServiceError> {
        self.project.get_or_try_init(|| self.load(ProjectSource::directory(self.folder()))).await
    }

    /// Loads functions of the project that are chosen by the caller.
    ///
    /// # Errors
    /// As [`Service::project`].
    pub async fn load(&self, source: ProjectSource) -> Result<Arc<Project>, ServiceError> {
        Ok(Arc::new(self.engine()?.load(source).await?))
    }

    /// Loads some of the functions that `index.ts` lists: one function costs what one function costs, however many the
    /// project has.
    ///
    /// # Errors
    /// As [`Service::project`].
    pub async fn selected(&self, selection: Selection) -> Result<Arc<Project>, ServiceError> {
        let source = ProjectSource::directory(self.folder());
        Ok(Arc::new(self.engine()?.load_selected(source, selection).await?))
    }

    /// What makes requests, with the networks that the settings allow. Call it inside the tokio runtime.
    ///
    /// # Errors
    /// Outside of one.
    pub fn proxy(&self) -> Result<&Proxy, ServiceError> {
        if let Some(proxy) = self.proxy.get() {
            return Ok(proxy);
        }
        let egress = EgressPolicy::public_only()
            .and(self.config.settings.egress_allow.value.as_slice().iter().copied());
        let options = ProxyOptions { egress, ..ProxyOptions::default() };
        let made = Proxy::new(options);
        let made = made.map_err(|error| ServiceError::Machine { message: error.to_string() })?;
        Ok(self.proxy.get_or_init(|| made))
    }

    /// The limits of each function.
    #[must_use]
    pub fn limits(&self) -> LimitsOf {
        let settings = self.config.settings.clone();
        Arc::new(move |function: &FunctionKey| settings.limits_for(function))
    }
}
