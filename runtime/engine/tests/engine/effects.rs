//! What a report says of effects that were under way when the run ended, or that ended in another order than they began.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use onevent_contract::{
    CallContext, Host, HostAnswer, HostCall, HostError, HttpOutcome, HttpRequest, MetadataWrite,
    MetadataWritten, Outcome, RunReport, WarningCode,
};
use serde_json::json;
use tokio::sync::Notify;

use crate::support::{MemoryHost, engine, function, invocation, load};

/// When an answer to a metadata write leaves. The write is made at once.
#[derive(Clone, Copy, PartialEq)]
enum Answers {
    /// The first one after the second one.
    InReverse,
    /// After a while, in which the run ends.
    Late,
    Never,
}

/// Metadata in memory, answered as told; requests are sent, and never answered.
struct SlowHost {
    metadata: Arc<MemoryHost>,
    answers: Answers,
    second_answered: Notify,
}

impl SlowHost {
    async fn write(&self, context: &CallContext, write: MetadataWrite) -> Result<HostAnswer, HostError> {
        let written = self.metadata.call(context, HostCall::WriteMetadata(write)).await?;
        let version = match &written {
            HostAnswer::WriteMetadata(MetadataWritten::Written { version, .. }) => *version,
            _ => return Ok(written),
        };
        match (self.answers, version) {
            (Answers::InReverse, 1) => self.second_answered.notified().await,
            (Answers::InReverse, _) => self.second_answered.notify_one(),
            (Answers::Late, _) => tokio::time::sleep(Duration::from_millis(300)).await,
            (Answers::Never, _) => std::future::pending().await,
        }
        Ok(written)
    }
}

#[async_trait]
impl Host for SlowHost {
    async fn call(&self, context: &CallContext, call: HostCall) -> Result<HostAnswer, HostError> {
        match call {
            HostCall::Proxy(request) => {
                let (method, url) = (request.method.to_string(), request.endpoint);
                let _in_flight = context.effects.http(HttpRequest { method, url, attempt: 1 });
                std::future::pending().await
            }
            HostCall::Fetch(request) => {
                let (method, url) = (request.method.to_string(), request.url);
                let _in_flight = context.effects.http(HttpRequest { method, url, attempt: 1 });
                std::future::pending().await
            }
            HostCall::WriteMetadata(write) => self.write(context, write).await,
            HostCall::Metadata => self.metadata.call(context, call).await,
            call @ (HostCall::Connection(_)
            | HostCall::Integration(_)
            | HostCall::Pagination(_)
            | HostCall::EnvironmentVariables
            | HostCall::TriggerAction(_)
            | HostCall::AcquireLock { .. }
            | HostCall::ReleaseLock { .. }
            | HostCall::ReleaseAllLocks
            | HostCall::Checkpoint
            | HostCall::WriteCheckpoint { .. }) => Err(call.unsupported()),
        }
    }
}

async fn run(answers: Answers, body: &str) -> RunReport {
    let project = load(&function(body)).await;
    let mut invocation = invocation(&project);
    invocation.limits.wall = Duration::from_secs(1);
    let host = SlowHost { metadata: Arc::default(), answers, second_answered: Notify::new() };
    engine().run(invocation, Arc::new(host)).await.unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_request_under_way_when_a_limit_stops_the_run_is_pending() {
    let body =
        "await Promise.all([nango.post({ endpoint: '/charge', data: {} }), fetch('https://a.example/x')]);";
    let report = run(Answers::Never, body).await;
    assert_eq!(report.outcome, Outcome::Stopped);
    let mut seen: Vec<_> = report.http.iter().map(|http| (http.method.as_str(), http.url.as_str())).collect();
    // Two that are sent at once reach the host in either order.
    seen.sort_unstable();
    assert_eq!(seen, [("GET", "https://a.example/x"), ("POST", "/charge")]);
    for http in &report.http {
        assert_eq!(http.outcome, HttpOutcome::Pending);
        assert!(http.duration > Duration::from_millis(100), "{:?}", http.duration);
    }
    assert_eq!(serde_json::to_value(&report).unwrap()["http"][0]["pending"], json!(true));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_request_that_exec_does_not_await_is_pending() {
    let body = "nango.post({ endpoint: '/charge', data: {} }); await new Promise((r) => setTimeout(r, 100));";
    let report = run(Answers::Never, body).await;
    assert_eq!(report.outcome, Outcome::Succeeded, "{:?}", report.error);
    assert_eq!(report.http.len(), 1);
    assert_eq!(report.http[0].outcome, HttpOutcome::Pending);
    assert!(report.warnings.iter().any(|warning| warning.code == WarningCode::CallsNotAwaited));
}

#[tokio::test(flavor = "multi_thread")]
async fn the_metadata_after_a_run_is_the_newest_whatever_was_answered_last() {
    let body = "await Promise.all([nango.updateMetadata({ a: 1 }), nango.updateMetadata({ b: 2 })]);";
    let report = run(Answers::InReverse, body).await;
    assert_eq!(report.outcome, Outcome::Succeeded, "{:?}", report.error);
    let both = report.metadata.after.as_object().unwrap();
    assert_eq!((both.get("a"), both.get("b")), (Some(&json!(1)), Some(&json!(2))));
    assert_eq!(report.metadata.writes.len(), 2);
    assert!(report.metadata.persisted);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_metadata_write_that_nobody_waits_for_is_in_the_report() {
    let body = "nango.setMetadata({ a: 1 }); await new Promise((r) => setTimeout(r, 100));";
    let report = run(Answers::Late, body).await;
    assert_eq!(report.outcome, Outcome::Succeeded, "{:?}", report.error);
    assert_eq!(report.metadata.after, json!({"a": 1}));
    assert!(report.metadata.persisted);
    assert_eq!(report.metadata.writes.len(), 1);
    assert!(!report.metadata.writes[0].pending);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_metadata_write_that_is_never_answered_is_pending() {
    let report = run(Answers::Never, "await nango.setMetadata({ a: 1 });").await;
    assert_eq!(report.outcome, Outcome::Stopped);
    assert_eq!(report.metadata.after, json!(null));
    assert_eq!(report.metadata.writes.len(), 1);
    assert!(report.metadata.writes[0].pending);
}
