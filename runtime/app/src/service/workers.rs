//! Workers: what was put into the queue is done, on every database.

use std::error::Error;
use std::sync::atomic::Ordering;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use futures_util::future::join_all;
use onevent_contract::{EnvironmentName, SystemClock};
use onevent_engine::Engine;
use onevent_lifecycle::{Workers as DatabaseWorkers, WorkersOptions};
use onevent_store::Store;
use tokio_util::task::AbortOnDropHandle;

use super::databases::HeldDatabase;
use super::error::ServiceError;
use super::parts::Service;
use super::upstream::Upstream;
use super::works::Works;
use crate::config::DatabaseName;

/// So many child processes of a server wait for their first run, once there was one that needed some.
const SPARE_CHILDREN: usize = 2;

/// How long it takes until a database is opened again that did not answer.
const OPENED_AGAIN: Duration = Duration::from_secs(5);

/// Is told of what no event keeps: failures of a database.
type OnFailure = Arc<dyn Fn(&DatabaseName, &dyn Error) + Send + Sync>;

/// Running workers. Each database has its own, with places of their own: one that does not answer holds nobody else up.
/// Dropping it stops them where they are: what they held is taken up again when its lease has run out.
#[derive(Debug)]
pub struct Workers {
    started: Started,
    /// Those that wait for their database.
    waiting: Vec<AbortOnDropHandle<()>>,
}

#[derive(Debug, Default, Clone)]
struct Started(Arc<Mutex<Vec<DatabaseWorkers>>>);

impl Started {
    fn add(&self, workers: DatabaseWorkers) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).push(workers);
    }
}

impl Workers {
    /// Stops claiming, and waits up to `longest` for what is being done. What is not done by then is stopped, and goes
    /// back to the queue.
    pub async fn drain(self, longest: Duration) {
        drop(self.waiting);
        let started = std::mem::take(&mut *self.started.0.lock().unwrap_or_else(PoisonError::into_inner));
        join_all(started.into_iter().map(|workers| workers.drain(longest))).await;
    }
}

impl Service {
    /// Starts working on the queue of every database: setup functions of new connections, asynchronous actions, webhooks. From
    /// here on an operation answers before its setup functions run. What is open from before is taken up at once. A database of
    /// an environment that does not answer is opened again until it does. `on_failure` is told of failures of a database, which
    /// nothing else reports.
    ///
    /// # Errors
    /// As [`Service::open_databases`].
    pub async fn start_workers(
        self: &Arc<Self>,
        on_failure: impl Fn(&DatabaseName, &dyn Error) + Send + Sync + 'static,
    ) -> Result<Workers, ServiceError> {
        self.open_databases().await?;
        self.live_long();
        let on_failure: OnFailure = Arc::new(on_failure);
        let mut workers = Workers { started: Started::default(), waiting: Vec::new() };
        for database in self.databases.iter() {
            match database.store.get() {
                Some(store) => workers.started.add(self.workers_on(database, store, &on_failure)?),
                None => {
                    let (service, name) = (Arc::clone(self), database.name().clone());
                    let start = service.start_later(name, workers.started.clone(), Arc::clone(&on_failure));
                    workers.waiting.push(AbortOnDropHandle::new(tokio::spawn(start)));
                }
            }
        }
        Ok(workers)
    }

    /// The same on the database of one environment alone: for a command that waits for what it has put into its queue.
    ///
    /// # Errors
    /// When the database cannot be opened.
    pub async fn start_workers_of(
        self: &Arc<Self>,
        environment: &EnvironmentName,
        on_failure: impl Fn(&DatabaseName, &dyn Error) + Send + Sync + 'static,
    ) -> Result<Workers, ServiceError> {
        let home = self.databases.home(environment);
        let store = self.open_to_serve(home).await?;
        let started = Started::default();
        started.add(self.workers_on(home, store, &(Arc::new(on_failure) as OnFailure))?);
        self.has_workers.store(true, Ordering::SeqCst);
        Ok(Workers { started, waiting: Vec::new() })
    }

    /// Works on nothing of the queue: other processes on the database do. From here on an operation answers before its
    /// setup functions run, as where there are workers.
    pub fn leave_work_to_others(&self) {
        self.live_long();
    }

    /// What has workers, its own or others', is a server.
    fn live_long(&self) {
        self.has_workers.store(true, Ordering::SeqCst);
        if let Some(engine) = self.engine.get() {
            self.prewarm(engine);
        }
    }

    /// Lets isolates wait for the runs of functions that run again and again.
    pub(super) fn prewarm(&self, engine: &Engine) {
        engine.allow_prewarmed(self.settings().server.prewarmed_memory.value.get());
        self.children.keep_spare(SPARE_CHILDREN);
    }

    pub(super) fn has_workers(&self) -> bool {
        self.has_workers.load(Ordering::SeqCst)
    }

    fn workers_on(
        self: &Arc<Self>,
        database: &HeldDatabase,
        store: &Store,
        on_failure: &OnFailure,
    ) -> Result<DatabaseWorkers, ServiceError> {
        let name = database.name().clone();
        let signing_keys = self.upstream()?.map(Upstream::signing_keys).unwrap_or_default();
        let settings = Arc::clone(self);
        let works = Arc::new(Works { service: Arc::clone(self), database: name.clone() });
        let on_failure = Arc::clone(on_failure);
        Ok(DatabaseWorkers::start(WorkersOptions {
            store: store.clone(),
            lifecycles: Arc::<Works>::clone(&works),
            sender: works,
            signing_keys: Arc::new(signing_keys),
            retention: Arc::new(move || settings.current.load().settings.retention.value.get()),
            clock: Arc::new(SystemClock),
            on_failure: Arc::new(move |error| on_failure(&name, error)),
        }))
    }

    /// Starts the workers on a database once it answers, and is what its settings say.
    async fn start_later(self: Arc<Self>, name: DatabaseName, started: Started, on_failure: OnFailure) {
        let Some(database) = self.databases.iter().find(|one| *one.name() == name) else { return };
        loop {
            tokio::time::sleep(OPENED_AGAIN).await;
            let opened = match self.open_to_serve(database).await {
                Ok(store) => self.workers_on(database, store, &on_failure),
                Err(error) => Err(error),
            };
            match opened {
                Ok(workers) => return started.add(workers),
                Err(error) => on_failure(&name, &error),
            }
        }
    }
}
