use std::task::Context;
use std::time::Duration;

use serde_json::json;

use super::*;
use crate::{
    ActionAct, ActionEnd, ConnectionId, FunctionKey, HttpOutcome, HttpRequest, JsonObject, LogLevel,
    MAX_HTTP_EFFECTS, MetadataWriteKind, Outcome, RunId, Secret, SystemClock, TriggeredAction,
    VersionedMetadata,
};

fn log() -> (Arc<EffectLog>, EffectSender) {
    EffectLog::with_sender(Arc::new(SystemClock))
}

fn request(url: &str) -> HttpRequest {
    HttpRequest { method: "POST".into(), url: url.into(), attempt: 1 }
}

fn object(value: Value) -> JsonObject {
    value.as_object().unwrap().clone()
}

#[test]
fn hidden_secrets_leave_no_trace_in_the_effects() {
    let (log, effects) = log();
    effects.log(LogLevel::Info, "token tok-12345-long".into(), Some(json!({"a": ["Bearer tok-12345"]})));
    drop(effects.http(request("https://a.example/?k=tok-12345")));
    effects.hide([Secret::new("tok-12345"), Secret::new("tok-12345-long")]);
    let effects = log.effects();
    assert_eq!(effects.logs[0].message, "token [redacted]");
    assert_eq!(effects.logs[0].meta, Some(json!({"a": ["Bearer [redacted]"]})));
    assert_eq!(effects.http[0].url, "https://a.example/?k=[redacted]");
}

#[test]
fn a_flood_of_long_lines_is_cut_by_its_size() {
    let (log, effects) = log();
    for _ in 0..1_000 {
        effects.log(LogLevel::Info, "x".repeat(MAX_LOG_BYTES / 100), None);
    }
    let effects = log.effects();
    assert_eq!(effects.logs.len(), 100);
    assert_eq!(effects.warnings[0].code, WarningCode::EffectsTruncated);
}

#[test]
fn one_sequence_orders_all_effects_and_what_does_not_fit_is_counted() {
    let (log, effects) = log();
    effects.metadata_write(MetadataWriteKind::Set).written(JsonObject::new(), 1, true);
    for _ in 0..=MAX_LOG_LINES {
        effects.log(LogLevel::Info, "line".into(), None);
    }
    for _ in 0..=MAX_HTTP_EFFECTS {
        effects.http(request("https://a.example")).settled(HttpOutcome::Answered(200), Duration::ZERO);
    }
    let effects = log.effects();
    assert_eq!(effects.metadata_writes[0].seq, 0);
    assert_eq!(effects.logs[0].seq, 1);
    assert_eq!(effects.logs.len(), MAX_LOG_LINES);
    assert_eq!(effects.http.len(), MAX_HTTP_EFFECTS);
    assert!(effects.http.iter().all(|http| http.outcome == HttpOutcome::Answered(200)));
    assert!(effects.warnings[0].message.starts_with("2 log lines, requests or warnings"));
}

#[test]
fn a_request_is_there_from_its_beginning_and_ends_where_it_began() {
    let (log, effects) = log();
    let first = effects.http(request("https://a.example/1"));
    let second = effects.http(request("https://a.example/2"));
    second.settled(HttpOutcome::Answered(201), Duration::from_millis(5));
    std::thread::sleep(Duration::from_millis(2));
    let seen = log.effects().http;
    assert_eq!((seen[0].seq, &seen[0].outcome), (0, &HttpOutcome::Pending));
    assert!(seen[0].duration >= Duration::from_millis(2), "{:?}", seen[0].duration);
    assert_eq!((seen[1].seq, &seen[1].outcome), (1, &HttpOutcome::Answered(201)));
    first.settled(HttpOutcome::Failed("ECONNRESET".into()), Duration::from_millis(9));
    assert_eq!(log.effects().http[0].outcome, HttpOutcome::Failed("ECONNRESET".into()));
    assert_eq!(log.effects().http[0].duration, Duration::from_millis(9));
}

#[test]
fn the_newest_version_counts_and_not_the_last_answer() {
    let (log, effects) = log();
    let (first, second) = (
        effects.metadata_write(MetadataWriteKind::Update),
        effects.metadata_write(MetadataWriteKind::Update),
    );
    let third = effects.metadata_write(MetadataWriteKind::Set);
    second.written(object(json!({"a": 1, "b": 2})), 2, true);
    first.written(object(json!({"a": 1})), 1, true);
    third.not_written();
    effects
        .metadata_write(MetadataWriteKind::Set)
        .failed(VersionedMetadata { value: Some(object(json!({"old": 1}))), version: 1 });
    drop(effects.metadata_write(MetadataWriteKind::Set));
    let effects = log.effects();
    assert_eq!(effects.newest_metadata.unwrap().value, object(json!({"a": 1, "b": 2})));
    let writes: Vec<_> = effects.metadata_writes.iter().map(|write| (write.seq, write.pending)).collect();
    assert_eq!(writes, [(0, false), (1, false), (4, true)]);
}

#[test]
fn what_a_failed_write_took_from_another_is_not_reported() {
    let (log, effects) = log();
    let (first, second) = (
        effects.metadata_write(MetadataWriteKind::Update),
        effects.metadata_write(MetadataWriteKind::Update),
    );
    first.failed(VersionedMetadata { value: Some(object(json!({"b": 2}))), version: 3 });
    assert_eq!(log.effects().newest_metadata, None);
    second.written(object(json!({"a": 1, "b": 2})), 2, true);
    let newest = log.effects().newest_metadata.unwrap();
    assert_eq!((newest.value, newest.version, newest.persisted), (object(json!({"b": 2})), 3, true));
}

#[test]
fn metadata_writes_are_waited_for() {
    let (log, effects) = log();
    let cx = Context::from_waker(Waker::noop());
    assert!(log.poll_metadata_settled(&cx).is_ready());
    let write = effects.metadata_write(MetadataWriteKind::Set);
    drop(effects.http(request("https://a.example")));
    assert!(log.poll_metadata_settled(&cx).is_pending());
    write.written(JsonObject::new(), 1, true);
    assert!(log.poll_metadata_settled(&cx).is_ready());
}

#[test]
fn an_action_is_a_line_of_the_log_where_it_began() {
    let (log, effects) = log();
    let triggered = |name: &str| TriggeredAction {
        action: FunctionKey { integration: "p".parse().unwrap(), name: name.parse().unwrap() },
        connection_id: ConnectionId::new("acme").unwrap(),
        run_id: RunId::generate(),
    };
    let action = effects.action(triggered("act"));
    effects.action(triggered("unknown")).not_started();
    effects.log(LogLevel::Info, "later".into(), None);
    let lines = || log.effects().logs.into_iter().map(|line| (line.level, line.message)).collect::<Vec<_>>();
    let later = (LogLevel::Info, "later".to_owned());
    let pending = "triggered action p/act for acme: pending".to_owned();
    assert_eq!(lines(), [(LogLevel::Warn, pending), later.clone()]);
    // Whoever does not live to see its end knows what it had done.
    for act in [ActionAct::Request(request("https://a.example/1")), ActionAct::MetadataWrite] {
        effects.send(EffectMessage::ActionActed { id: action.id(), act });
    }
    let about = log.effects().logs[0].meta.clone().unwrap();
    assert_eq!((&about["requests"], &about["metadata_writes"]), (&json!(1), &json!(1)));
    assert_eq!(about["last_requests"], json!(["POST https://a.example/1"]));
    action.settled(ActionEnd { outcome: Outcome::Succeeded, requests: 1, metadata_writes: 0, error: None });
    let ended = "triggered action p/act for acme: succeeded".to_owned();
    assert_eq!(lines(), [(LogLevel::Info, ended), later]);
}
