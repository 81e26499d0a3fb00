use std::sync::Arc;
use std::time::Duration;

use onevent_contract::Event::PostConnectionCreation;
use onevent_contract::{
    CallContext, ConnectionFacts, Host, HostAnswer, HostCall, HostError, Limits, Mode, Operation, Outcome,
    Validation,
};
use onevent_lifecycle::{DryRun, dry_run};
use tokio_util::sync::CancellationToken;

use crate::script::Ending::{Refused, ThrowsActionError};
use crate::script::{Stage, function};

struct NoHost;
#[async_trait::async_trait]
impl Host for NoHost {
    async fn call(&self, _: &CallContext, call: HostCall) -> Result<HostAnswer, HostError> {
        Err(call.unsupported())
    }
}

async fn dry(stage: &Stage, name: &str) -> Result<onevent_contract::RunReport, onevent_engine::RunRefused> {
    let dry = DryRun {
        input: serde_json::Value::Null,
        function: function("salesforce", PostConnectionCreation, name),
        connection: ConnectionFacts {
            connection_id: "nowhere".parse().unwrap(),
            integration: "salesforce".parse().unwrap(),
            provider: "salesforce".into(),
        },
        environment: "dev".parse().unwrap(),
        validation: Validation::Enforce,
        limits: Limits { wall: Duration::from_secs(7), ..Limits::default() },
        host: Arc::new(NoHost),
    };
    dry_run(&*stage.runner, dry, CancellationToken::new()).await.map(|completed| completed.report)
}

#[tokio::test]
async fn a_dry_run_needs_no_stored_connection_and_stores_nothing() {
    let stage = Stage::set(&[(PostConnectionCreation, "setup", ThrowsActionError("no"))]).await;
    let report = dry(&stage, "setup").await.unwrap();
    assert_eq!((report.mode, report.outcome), (Mode::Dry, Outcome::Rejected));
    let seen = stage.runner.seen.lock().unwrap()[0].clone();
    assert_eq!((seen.operation, seen.limits.wall), (Operation::Creation, Duration::from_secs(7)));
    assert!(stage.stored_runs().await.is_empty());
    assert!(stage.list().await.is_empty());
}

#[tokio::test]
async fn a_run_that_is_refused_is_an_error() {
    let stage = Stage::set(&[(PostConnectionCreation, "setup", Refused)]).await;
    assert_eq!(dry(&stage, "setup").await.unwrap_err().code(), "host_failure");
    assert!(stage.stored_runs().await.is_empty());
}
