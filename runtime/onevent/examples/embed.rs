//! A program that runs one event function against a host of its own: `cargo run -p onevent --example embed`.
#![allow(clippy::print_stdout, reason = "an example talks to whoever runs it")]

use std::sync::Arc;

use async_trait::async_trait;
use onevent::*;
use tokio::sync::Mutex;

const FUNCTION: &str = r#"
    import { createOnEvent } from 'nango';
    export default createOnEvent({
        event: 'validate-connection',
        exec: async (nango) => {
            if ((await nango.getMetadata())?.seen) throw new nango.ActionError('seen before');
            await nango.updateMetadata({ seen: true });
        }
    });
"#;

/// Keeps one connection's metadata in memory; every other member of `nango` answers that it is not supported.
#[derive(Default)]
struct InMemory(Mutex<VersionedMetadata>);

#[async_trait]
impl Host for InMemory {
    async fn call(&self, _: &CallContext, call: HostCall) -> Result<HostAnswer, HostError> {
        match call {
            HostCall::Metadata => Ok(HostAnswer::Metadata(self.0.lock().await.clone())),
            HostCall::WriteMetadata(to) => {
                let mut metadata = self.0.lock().await;
                let version = metadata.version + 1;
                *metadata = VersionedMetadata { value: Some(to.value), version };
                let written = MetadataWritten::Written { version, dropped: vec![], persisted: true };
                Ok(HostAnswer::WriteMetadata(written))
            }
            call @ (HostCall::Proxy(_)
            | HostCall::Connection(_)
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

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let engine = Engine::builder().build()?;
    let files = [("index.ts", "import './acme/on-events/once';"), ("acme/on-events/once.ts", FUNCTION)];
    let project = engine.load(ProjectSource::files(files)).await?;
    let function = project.functions.first().ok_or("the function did not load")?;
    let host = Arc::new(InMemory::default());
    for _ in 0..2 {
        let connection = ConnectionFacts {
            connection_id: "a-1".parse()?,
            integration: "acme".parse()?,
            provider: "acme".into(),
        };
        let invocation = Invocation::new(function.clone(), connection, "dev".parse()?);
        let report = engine.run(invocation, host.clone()).await?;
        println!("{}: {:?}", report.outcome.as_str(), report.verdict.and_then(|verdict| verdict.message));
    }
    Ok(())
}
