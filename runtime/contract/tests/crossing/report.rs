//! Reports.

use std::time::Duration;

use jiff::Timestamp;
use onevent_contract::{
    CompletedRun, ErrorType, Event, Frame, HttpEffect, LogLine, MetadataReport, MetadataWriteEffect,
    MetadataWriteKind, Mode, Operation, REPORT_SCHEMA_VERSION, RequestId, RunError, RunId, RunReport,
    Timings, Usage, Verdict,
};
use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;
use serde_json::Value;

use crate::crossed;
use crate::effects::{http_outcome, level, warning};
use crate::values::{connection, duration, function, integration, json, outcome, text};

/// As precise as documents are.
fn moment() -> BoxedStrategy<Timestamp> {
    (0..4_000_000_000_000_i64).prop_map(|millis| Timestamp::from_millisecond(millis).unwrap()).boxed()
}

fn error() -> BoxedStrategy<RunError> {
    let frame = (text(), any::<u32>(), any::<u32>(), option::of(text()))
        .prop_map(|(file, line, column, function)| Frame { file, line, column, function });
    (text(), text(), json(), any::<u16>(), option::of(json()), option::of(text()), vec(frame, 0..3))
        .prop_map(|(code, message, payload, status, additional_properties, hint, frames)| RunError {
            kind: ErrorType::ScriptHttpError,
            code,
            message,
            payload,
            status,
            additional_properties,
            hint,
            frames,
        })
        .boxed()
}

fn http() -> BoxedStrategy<HttpEffect> {
    (any::<u64>(), text(), text(), http_outcome(), any::<u32>(), duration())
        .prop_map(|(seq, method, url, outcome, attempt, duration)| HttpEffect {
            seq,
            method,
            url,
            outcome,
            attempt,
            duration,
        })
        .boxed()
}

fn metadata() -> BoxedStrategy<MetadataReport> {
    let write = (any::<u64>(), any::<bool>()).prop_map(|(seq, pending)| MetadataWriteEffect {
        seq,
        kind: MetadataWriteKind::Update,
        pending,
    });
    (json(), json(), any::<bool>(), vec(write, 0..3))
        .prop_map(|(before, after, persisted, writes)| MetadataReport { before, after, persisted, writes })
        .boxed()
}

fn line() -> BoxedStrategy<LogLine> {
    (any::<u64>(), level(), text(), option::of(json()), moment())
        .prop_map(|(seq, level, message, meta, at)| LogLine { seq, level, message, meta, at })
        .boxed()
}

fn report() -> BoxedStrategy<RunReport> {
    let what = (function(), integration(), connection(), moment(), any::<u32>());
    let verdict =
        (any::<bool>(), option::of(text())).prop_map(|(accepted, message)| Verdict { accepted, message });
    let how = (outcome(), option::of(verdict), option::of(error()), option::of(json()));
    let usage = (duration(), duration(), any::<u64>()).prop_map(|(wall, cpu, heap_peak_bytes)| Usage {
        wall,
        cpu,
        heap_peak_bytes,
    });
    let effects = (vec(warning(), 0..3), metadata(), vec(http(), 0..3), vec(line(), 0..3), usage);
    let event = option::of(Just((Event::ValidateConnection, Operation::Override)));
    (what, event, how, effects)
        .prop_map(|(what, event, how, effects)| {
            let (function, integration, connection_id, started_at, attempt) = what;
            let (outcome, verdict, error, output) = how;
            let (warnings, metadata, http, logs, usage) = effects;
            RunReport {
                schema_version: REPORT_SCHEMA_VERSION,
                run_id: RunId::generate(),
                function,
                integration,
                event: event.map(|(event, _)| event),
                operation: event.map(|(_, operation)| operation),
                connection_id,
                environment: "dev".parse().unwrap(),
                mode: Mode::Dry,
                attempt,
                caller_run_id: verdict.is_some().then(RunId::generate),
                deployment: verdict.is_some().then(|| "0198".to_owned()),
                request_id: verdict.is_some().then(RequestId::generate),
                started_at,
                outcome,
                verdict,
                error,
                output,
                warnings,
                metadata,
                http,
                logs,
                usage,
                timings: attempt
                    .is_multiple_of(2)
                    .then(|| Timings { queue: usage.wall, ..Timings::default() }),
            }
        })
        .boxed()
}

proptest! {
    #[test]
    fn reports_arrive_as_they_were_made(report in report()) {
        crossed(&report);
    }

    #[test]
    fn completed_runs_arrive_as_they_were_made(report in report(), returned in option::of(json())) {
        crossed(&CompletedRun { report, returned });
    }

    /// In a document, durations have three decimals of a millisecond.
    #[test]
    fn durations_are_read_as_they_are_written(micros in any::<u32>()) {
        let wall = Duration::from_micros(micros.into());
        crossed(&Usage { wall, ..Usage::default() });
    }
}

#[test]
fn a_document_without_what_may_be_left_out_is_a_report() {
    let http: HttpEffect = serde_json::from_value(serde_json::json!({
        "seq": 0, "method": "GET", "url": "u", "status": 204, "attempt": 1, "duration_ms": 1.5,
    }))
    .unwrap();
    assert_eq!(http.outcome.status(), Some(204));
    let written = serde_json::to_value(&http).unwrap();
    assert_eq!(written.get("error").or(written.get("pending")), None::<&Value>);
}
