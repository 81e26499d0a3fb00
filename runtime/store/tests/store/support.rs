//! Things to put into a database, and a clock.

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use onevent_contract::{
    Clock, ConnectionDetails, Credentials, Event, Instant, JsonObject, MetadataReport, Mode, Operation,
    Outcome, RunId, RunReport, SystemClock, Usage,
};
use onevent_store::{
    ConnectionKey, DetailsPatch, NewConnection, OPERATION_WAIT, Reconnection, SetupFollows, Store, StoreError,
};
use serde_json::{Value, json};

pub(crate) use crate::scratch::Scratch;
use crate::scratch::time_passes;

/// A clock that stands still until it is moved.
pub(crate) struct HeldClock {
    start: Instant,
    passed_ms: AtomicI64,
}

impl HeldClock {
    pub(crate) fn new() -> Arc<Self> {
        Arc::new(Self { start: SystemClock.monotonic(), passed_ms: AtomicI64::new(0) })
    }

    pub(crate) fn advance(&self, by: Duration) {
        self.passed_ms.fetch_add(i64::try_from(by.as_millis()).unwrap(), Ordering::SeqCst);
        time_passes(by);
    }
}

impl Clock for HeldClock {
    fn now(&self) -> Timestamp {
        let passed = SignedDuration::from_millis(self.passed_ms.load(Ordering::SeqCst));
        "2026-01-02T03:04:05.678Z".parse::<Timestamp>().unwrap().checked_add(passed).unwrap()
    }

    fn monotonic(&self) -> Instant {
        self.start + Duration::from_millis(self.passed_ms.load(Ordering::SeqCst).unsigned_abs())
    }
}

pub(crate) fn key(connection_id: &str) -> ConnectionKey {
    ConnectionKey::new("dev".parse().unwrap(), "salesforce".parse().unwrap(), connection_id.parse().unwrap())
}

pub(crate) fn object(value: Value) -> JsonObject {
    value.as_object().unwrap().clone()
}

pub(crate) fn credentials(token: &str) -> Credentials {
    let value = json!({"type": "OAUTH2", "access_token": token, "raw": {"scope": "api"}});
    Credentials::from_json(value, None).unwrap()
}

pub(crate) fn new_connection(connection_id: &str, token: &str) -> NewConnection {
    NewConnection {
        key: key(connection_id),
        provider: "salesforce".into(),
        credentials: credentials(token),
        connection_config: object(json!({"instance_url": "https://one.my.salesforce.com"})),
        metadata: None,
        details: ConnectionDetails::default(),
    }
}

pub(crate) fn reconnection(token: &str) -> Reconnection {
    Reconnection {
        provider: "salesforce-sandbox".into(),
        credentials: credentials(token),
        connection_config: Some(object(json!({"instance_url": "https://two.my.salesforce.com"}))),
        details: DetailsPatch::default(),
        metadata: None,
    }
}

/// Waits until something is so. What was given up is put back in the background, and whoever looks in between finds
/// somebody at it.
pub(crate) async fn until<T: PartialEq + fmt::Debug>(expected: T, read: impl AsyncFn() -> T) {
    for _ in 0..600 {
        if read().await == expected {
            return;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    assert_eq!(read().await, expected);
}

/// Creates a connection that is accepted at once.
pub(crate) async fn establish(store: &Store, new: NewConnection) -> Result<(), StoreError> {
    let guard = store.begin_creation(new, OPERATION_WAIT).await?;
    let mut transaction = guard.begin().await?;
    transaction.establish_connection(guard.key(), SetupFollows::No).await?;
    guard.end(transaction).await
}

pub(crate) fn report(connection: &ConnectionKey, function: &str, outcome: Outcome) -> RunReport {
    RunReport {
        schema_version: 1,
        run_id: RunId::generate(),
        function: function.parse().unwrap(),
        integration: connection.integration.clone(),
        event: Some(Event::ValidateConnection),
        operation: Some(Operation::Creation),
        connection_id: connection.connection_id.clone(),
        environment: connection.environment.clone(),
        mode: Mode::Live,
        attempt: 1,
        caller_run_id: None,
        deployment: None,
        request_id: None,
        started_at: SystemClock.now(),
        outcome,
        verdict: None,
        error: None,
        output: None,
        warnings: Vec::new(),
        metadata: MetadataReport::default(),
        http: Vec::new(),
        logs: Vec::new(),
        usage: Usage { wall: Duration::from_micros(12_345), ..Usage::default() },
        timings: None,
    }
}
