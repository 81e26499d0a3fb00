//! An engine whose children are the real program, and a host in memory.

use std::path::PathBuf;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use onevent_contract::{
    CallContext, ConnectionFacts, Host, HostAnswer, HostCall, HostError, Invocation, Limits, MetadataWritten,
    RunReport, VersionedMetadata,
};
use onevent_engine::{Engine, Isolation, Project, ProjectSource};
use onevent_worker::{PoolOptions, WorkerPool};
use tokio::sync::Notify;

/// An engine and its children.
pub(crate) struct Stage {
    pub(crate) engine: Engine,
    pub(crate) pool: WorkerPool,
}

impl Stage {
    pub(crate) fn new() -> Self {
        Self::of(PathBuf::from(assert_cmd::cargo::cargo_bin!("onevent")))
    }

    /// With another program for the children.
    pub(crate) fn of(program: PathBuf) -> Self {
        let pool = WorkerPool::new(PoolOptions { program });
        let engine = Engine::builder()
            .isolation_of(Arc::new(|_| Isolation::Process))
            .processes(Arc::new(pool.clone()), 8)
            .build();
        Self { engine: engine.unwrap(), pool }
    }

    /// A project with one function around the body of `exec`.
    pub(crate) async fn load(&self, body: &str) -> Project {
        self.load_file(&format!(
            "import {{ createOnEvent, ActionError }} from 'nango';\nimport * as z from 'zod';\nvoid ActionError; void z;\n\
             export default createOnEvent({{ description: 'test', event: 'validate-connection',\n\
             exec: async (nango: any) => {{\n{body}\n}} }});\n"
        ))
        .await
    }

    pub(crate) async fn load_file(&self, code: &str) -> Project {
        let files = [("index.ts", "import './acme/on-events/check';\n"), ("acme/on-events/check.ts", code)];
        self.engine.load(ProjectSource::files(files)).await.unwrap()
    }

    /// Loads and runs a body of `exec`.
    pub(crate) async fn run(&self, body: &str) -> RunReport {
        self.run_with(body, Arc::default(), |_| {}).await
    }

    pub(crate) async fn run_with(
        &self,
        body: &str,
        host: Arc<MemoryHost>,
        change: impl FnOnce(&mut Invocation),
    ) -> RunReport {
        let mut invocation = invocation(&self.load(body).await);
        change(&mut invocation);
        self.engine.run(invocation, host).await.unwrap()
    }

    /// A run as every other one succeeds.
    pub(crate) async fn runs_well(&self) {
        let report = self.run("await nango.setMetadata({ a: 1 }); await nango.log('well');").await;
        assert_eq!(report.outcome.as_str(), "succeeded", "{:?}", report.error);
        assert_eq!(report.logs[0].message, "well");
    }
}

/// An invocation of the project's only function, with short limits.
pub(crate) fn invocation(project: &Project) -> Invocation {
    assert!(project.broken.is_empty(), "{:?}", project.broken);
    let facts = ConnectionFacts {
        connection_id: "acme-1".parse().unwrap(),
        integration: "acme".parse().unwrap(),
        provider: "acme-provider".into(),
    };
    let limits = Limits { wall: Duration::from_secs(20), ..Limits::default() };
    Invocation { limits, ..Invocation::new(project.functions[0].clone(), facts, "dev".parse().unwrap()) }
}

/// Metadata and one lock in memory.
#[derive(Default)]
pub(crate) struct MemoryHost {
    metadata: Mutex<VersionedMetadata>,
    pub(crate) locks: Mutex<Vec<String>>,
    /// Told of the first request, which gets no answer.
    pub(crate) asked: Notify,
}

#[async_trait]
impl Host for MemoryHost {
    async fn call(&self, _context: &CallContext, call: HostCall) -> Result<HostAnswer, HostError> {
        match call {
            HostCall::Metadata => Ok(HostAnswer::Metadata(self.metadata.lock().unwrap().clone())),
            HostCall::WriteMetadata(write) => {
                let mut metadata = self.metadata.lock().unwrap();
                metadata.value = Some(write.value);
                metadata.version += 1;
                let (version, dropped) = (metadata.version, Vec::new());
                Ok(HostAnswer::WriteMetadata(MetadataWritten::Written { version, dropped, persisted: true }))
            }
            HostCall::AcquireLock { key, .. } => {
                self.locks.lock().unwrap().push(key);
                Ok(HostAnswer::AcquireLock(true))
            }
            HostCall::ReleaseAllLocks => {
                self.locks.lock().unwrap().clear();
                Ok(HostAnswer::ReleaseAllLocks(()))
            }
            HostCall::Fetch(_) => Err(HostError::Internal { message: "the disk is full".into() }),
            HostCall::Proxy(_) => {
                self.asked.notify_one();
                std::future::pending().await
            }
            call @ (HostCall::Connection(_)
            | HostCall::Integration(_)
            | HostCall::Pagination(_)
            | HostCall::EnvironmentVariables
            | HostCall::TriggerAction(_)
            | HostCall::ReleaseLock { .. }
            | HostCall::Checkpoint
            | HostCall::WriteCheckpoint { .. }) => Err(call.unsupported()),
        }
    }
}
