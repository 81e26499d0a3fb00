//! A host in memory, and short ways to load and run one function.

use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use onevent_contract::{
    CallContext, ConnectionFacts, ConnectionId, EnvironmentName, Host, HostAnswer, HostCall, HostError,
    IntegrationId, Invocation, JsonObject, LastRequest, MetadataCommit, MetadataWrite, MetadataWritten,
    ProxyResponse, RunReport, VersionedMetadata,
};
use onevent_engine::{Engine, Project, ProjectSource};
use serde_json::Value;

/// Metadata in memory; `/slow` never answers, `/broken` is the host's own fault, anything else gets its own path.
#[derive(Default)]
pub(crate) struct MemoryHost {
    pub(crate) metadata: Mutex<VersionedMetadata>,
    /// Each of the next writes finds another version than it read.
    pub(crate) conflicts: Mutex<u32>,
}

impl MemoryHost {
    pub(crate) fn with(metadata: Value) -> Arc<Self> {
        let host = Self::default();
        if let Value::Object(object) = metadata {
            *host.metadata.lock().unwrap() = VersionedMetadata { value: Some(object), version: 1 };
        }
        Arc::new(host)
    }

    pub(crate) fn stored(&self) -> Value {
        self.metadata.lock().unwrap().value.clone().map_or(Value::Null, Value::Object)
    }

    fn write(&self, write: MetadataWrite) -> MetadataWritten {
        let mut metadata = self.metadata.lock().unwrap();
        let mut conflicts = self.conflicts.lock().unwrap();
        if *conflicts > 0 {
            *conflicts -= 1;
            metadata.version += 1;
            let other: &mut JsonObject = metadata.value.get_or_insert_default();
            other.insert(format!("other{conflicts}"), Value::from("kept"));
        }
        if let MetadataCommit::IfVersion(version) = write.commit
            && version != metadata.version
        {
            return MetadataWritten::Conflict;
        }
        metadata.value = Some(write.value);
        metadata.version += 1;
        MetadataWritten::Written { version: metadata.version, dropped: Vec::new(), persisted: true }
    }
}

async fn answer(endpoint: &str) -> Result<ProxyResponse, HostError> {
    match endpoint {
        "/slow" => std::future::pending().await,
        "/broken" => Err(HostError::Internal { message: "the disk is full".into() }),
        "/refused" => {
            Err(HostError::Network { code: "ECONNREFUSED".into(), message: "connect ECONNREFUSED".into() })
        }
        endpoint => Ok(ProxyResponse {
            status: endpoint.trim_start_matches("/status/").parse().unwrap_or(200),
            status_text: "Whatever".into(),
            headers: [("content-type", "application/json")].into_iter().collect(),
            body: format!(r#"{{"error":"from {endpoint}"}}"#).into_bytes().into(),
            url: format!("https://api.example.com{endpoint}"),
            last_request: LastRequest {
                method: "GET".into(),
                url: format!("https://api.example.com{endpoint}"),
                redirects: 0,
            },
            duration: std::time::Duration::from_millis(1),
        }),
    }
}

#[async_trait]
impl Host for MemoryHost {
    async fn call(&self, _context: &CallContext, call: HostCall) -> Result<HostAnswer, HostError> {
        match call {
            HostCall::Proxy(request) => answer(&request.endpoint).await.map(HostAnswer::Proxy),
            HostCall::Metadata => Ok(HostAnswer::Metadata(self.metadata.lock().unwrap().clone())),
            HostCall::WriteMetadata(write) => Ok(HostAnswer::WriteMetadata(self.write(write))),
            call @ (HostCall::Connection(_)
            | HostCall::Integration(_)
            | HostCall::Pagination(_)
            | HostCall::EnvironmentVariables
            | HostCall::TriggerAction(_)
            | HostCall::Fetch(_)
            | HostCall::AcquireLock { .. }
            | HostCall::ReleaseLock { .. }
            | HostCall::ReleaseAllLocks
            | HostCall::Checkpoint
            | HostCall::WriteCheckpoint { .. }) => Err(call.unsupported()),
        }
    }
}

/// One engine for all tests: V8 is process-wide anyway.
pub(crate) fn engine() -> Engine {
    static ENGINE: std::sync::OnceLock<Engine> = std::sync::OnceLock::new();
    ENGINE.get_or_init(|| Engine::builder().realm(crate::REALM).build().unwrap()).clone()
}

/// A project with one function `acme/on-events/check.ts`.
pub(crate) async fn load(code: &str) -> Project {
    let files = [("index.ts", "import './acme/on-events/check';\n"), ("acme/on-events/check.ts", code)];
    engine().load(ProjectSource::files(files)).await.unwrap()
}

/// A whole `validate-connection` function around the body of `exec`.
pub(crate) fn function(body: &str) -> String {
    format!(
        "import {{ createOnEvent, ActionError }} from 'nango';\nimport * as z from 'zod';\nvoid ActionError; void z;\n\
         export default createOnEvent({{\n  description: 'test',\n  event: 'validate-connection',\n  \
         exec: async (nango: any) => {{\n{body}\n  }}\n}});\n"
    )
}

/// An invocation of the project's only function.
pub(crate) fn invocation(project: &Project) -> Invocation {
    assert!(project.broken.is_empty(), "{:?}", project.broken);
    let facts = ConnectionFacts {
        connection_id: ConnectionId::new("acme-1").unwrap(),
        integration: IntegrationId::new("acme").unwrap(),
        provider: "acme-provider".into(),
    };
    Invocation::new(project.functions[0].clone(), facts, EnvironmentName::new("dev").unwrap())
}

/// Loads and runs a body of `exec`, with a change of the invocation.
pub(crate) async fn run_with(
    body: &str,
    host: Arc<MemoryHost>,
    change: impl FnOnce(&mut Invocation),
) -> RunReport {
    let project = load(&function(body)).await;
    let mut invocation = invocation(&project);
    change(&mut invocation);
    engine().run(invocation, host).await.unwrap()
}

/// Loads and runs a body of `exec`.
pub(crate) async fn run(body: &str) -> RunReport {
    run_with(body, Arc::default(), |_| {}).await
}
