//! onevent over one project: its parts, each made when it is first needed.

use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, OnceLock};

use arc_swap::ArcSwap;
use onevent_contract::{EnvironmentName, EnvironmentVariable, FunctionKey};
use onevent_engine::{Engine, IsolationOf, Project, ProjectSource, RealmOf, Selection};
use onevent_lifecycle::LimitsOf;
use onevent_proxy::{Proxy, Wire};
use onevent_worker::{DEFAULT_MAX_PROCESSES, WorkerPool};
use tokio::sync::OnceCell;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use super::current::Current;
use super::databases::Databases;
use super::error::ServiceError;
use super::held_deployments::HeldDeployments;
use super::held_functions::HeldFunctions;
use super::upstream::Upstream;
use crate::config::{Config, Flags, Settings};
use crate::description_folder::DescriptionFolder;
use crate::error::ConfigError;
use crate::integrations::Integrations;
use crate::project_folder::{ProjectNames, holds_fixtures, is_project};
use crate::surroundings::Surroundings;

/// onevent over one project: settings, engine, proxy, database, hosts and lifecycle, as they belong together.
///
/// Each part is made when it is first needed, and once: listing connections starts no engine, and listing functions
/// opens no database.
pub struct Service {
    pub(super) config: Config,
    /// What follows the settings that may change.
    pub(super) current: Arc<ArcSwap<Current>>,
    pub(super) engine: OnceLock<Engine>,
    /// The child processes of functions that run in some.
    pub(super) children: WorkerPool,
    pub(super) project: OnceCell<Arc<Project>>,
    pub(super) functions: HeldFunctions,
    pub(super) deployments: HeldDeployments,
    pub(super) databases: Databases,
    /// The refreshes of access tokens that have begun.
    pub(super) refreshes: TaskTracker,
    pub(super) interruption: CancellationToken,
    /// Whether workers run the setup functions of connections, after the operation has answered.
    pub(super) has_workers: AtomicBool,
    /// Whether what is loaded is run, and then the process is over.
    pub(super) is_short: AtomicBool,
    /// The Nango that it stands in front of.
    pub(super) upstream: OnceLock<Upstream>,
    /// Who looks at the requests of functions.
    pub(super) wire: OnceLock<Arc<dyn Wire>>,
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
        let databases = Databases::new(config.databases.clone())
            .ok_or_else(|| ConfigError::Internal("there is no main database".into()))?;
        let current = Current::new(config.settings.clone(), names);
        Ok(Self {
            config,
            current: Arc::new(ArcSwap::from_pointee(current)),
            engine: OnceLock::new(),
            children: WorkerPool::default(),
            project: OnceCell::new(),
            functions: HeldFunctions::default(),
            deployments: HeldDeployments::default(),
            databases,
            refreshes: TaskTracker::new(),
            interruption: CancellationToken::new(),
            has_workers: AtomicBool::new(false),
            is_short: AtomicBool::new(false),
            upstream: OnceLock::new(),
            wire: OnceLock::new(),
        })
    }

    /// Shows the requests of functions, and their answers, to somebody. It holds for requests that are made later, and the
    /// first who looks stays the one.
    pub fn show_requests(&self, wire: Arc<dyn Wire>) {
        let _ = self.wire.set(wire);
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

    /// The settings as the service was started with, with where they come from.
    #[must_use]
    pub fn config(&self) -> &Config {
        &self.config
    }

    /// The same, their values alone.
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

    /// Whether the folder holds a project: functions of its own.
    #[must_use]
    pub fn has_project(&self) -> bool {
        is_project(self.folder())
    }

    /// The provider templates and the configured integrations.
    ///
    /// # Errors
    /// When the file of templates cannot be read.
    pub fn integrations(&self) -> Result<Arc<Integrations>, ConfigError> {
        self.current.load().integrations()
    }

    /// What functions read with `nango.getEnvironmentVariables`.
    #[must_use]
    pub fn environment_variables(&self) -> Vec<EnvironmentVariable> {
        self.current.load().variables().to_vec()
    }

    /// What runs functions.
    ///
    /// # Errors
    /// When the system gives no thread.
    pub fn engine(&self) -> Result<&Engine, ServiceError> {
        if let Some(engine) = self.engine.get() {
            return Ok(engine);
        }
        self.children.require(self.current.load().settings.isolation_require.value);
        let server = self.settings().server.clone();
        let mut builder = Engine::builder()
            .realm_of(self.realms())
            .isolation_of(self.isolations())
            .processes(Arc::new(self.children.clone()), DEFAULT_MAX_PROCESSES)
            .max_isolates(count(server.max_runs.value.get()))
            .queue(count(server.queue.value.get()))
            .queue_wait(server.queue_wait.value.get())
            .shares(server.shares.shares());
        // Elsewhere there is nothing that is loaded again and again, and the folder is somebody else's.
        if is_project(self.folder()) || holds_fixtures(self.folder()) {
            builder = builder.descriptions(Arc::new(DescriptionFolder::of(self.folder())));
        }
        let made = builder.build();
        let made = made.map_err(|error| ServiceError::Machine { message: error.to_string() })?;
        let engine = self.engine.get_or_init(|| made);
        if self.has_workers() {
            self.prewarm(engine);
        }
        if self.is_short.load(Ordering::SeqCst) {
            engine.keep_described();
        }
        Ok(engine)
    }

    /// Says that this process loads what it runs, and is soon over: a function is then described and run in one isolate, where
    /// nobody can tell. Before the engine is used.
    pub fn expect_one_command(&self) {
        self.is_short.store(true, Ordering::SeqCst);
    }

    /// The child processes of functions that run in some. What has to hold around them is what the settings say.
    #[must_use]
    pub fn children(&self) -> &WorkerPool {
        self.children.require(self.current.load().settings.isolation_require.value);
        &self.children
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
    pub fn proxy(&self) -> Result<Proxy, ServiceError> {
        self.current.load().proxy(self.wire.get())
    }

    /// What holds the runs of each function apart, as the settings say it when it is asked.
    fn realms(&self) -> RealmOf {
        let current = Arc::clone(&self.current);
        Arc::new(move |function: &FunctionKey| current.load().settings.realm_for(function))
    }

    /// Where the runs of each function are executed, as the settings say it when it is asked.
    fn isolations(&self) -> IsolationOf {
        let current = Arc::clone(&self.current);
        Arc::new(move |function: &FunctionKey| current.load().settings.isolation_for(function))
    }

    /// The limits of each function.
    #[must_use]
    pub fn limits(&self) -> LimitsOf {
        let current = self.current.load_full();
        Arc::new(move |function: &FunctionKey| current.settings.limits_for(function))
    }
}

fn count(number: u32) -> usize {
    usize::try_from(number).unwrap_or(usize::MAX)
}
