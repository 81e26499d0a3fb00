//! What differs between a run and its fixture. A section that the fixture lacks is not compared.

use onevent_contract::{Outcome, RunReport, WarningCode};
use serde_json::{Value, json};

use super::replayed::ReplayedRun;
use crate::fixture::{Fixture, Replay, ReplayedAnswer, plain_marks, same_json, short};

/// This many differences of one section are told.
const SHOWN_DIFFERENCES: usize = 10;

/// Every difference, in words; empty when the test passed. `expects_error` is the author's own test, where that expects
/// that the function throws.
pub(super) fn problems(fixture: &Fixture, expects_error: Option<&str>, ran: &ReplayedRun) -> Vec<String> {
    let mut problems = Vec::new();
    problems.extend(outcome(fixture, expects_error, &ran.report));
    if ran.report.outcome == Outcome::Succeeded
        && ran.report.event.is_none()
        && let Some(recorded) = fixture.output()
    {
        let mut output = ran.report.output.clone().unwrap_or_default();
        plain_marks(&mut output);
        problems.extend(differences("output", recorded, &output));
    }
    if let Some(recorded) = fixture.metadata_writes() {
        let writes = Value::Array(ran.replay.metadata_writes.clone());
        problems.extend(differences("metadataWrites", recorded, &writes));
    }
    if problems.is_empty() && ends_as_the_test_says(fixture, expects_error, &ran.report) {
        return problems;
    }
    for message in missing_answers(&ran.replay) {
        if !problems.iter().any(|known| known.contains(message)) {
            problems.push(message.to_owned());
        }
    }
    problems
}

/// Whether the run threw where the author's test alone says that it does: an answer that is missing may be why.
fn ends_as_the_test_says(fixture: &Fixture, expects_error: Option<&str>, report: &RunReport) -> bool {
    report.outcome != Outcome::Succeeded && fixture.error().is_none() && expects_error.is_some()
}

fn missing_answers(replay: &Replay) -> impl Iterator<Item = &str> {
    replay.requests.iter().filter_map(|request| match &request.answer {
        ReplayedAnswer::Missing { message } => Some(message.as_str()),
        // One that was found by its hash is as recorded, whatever is written beside the hash.
        ReplayedAnswer::Recorded { .. } => None,
    })
}

/// How a run failed, in the form of a fixture's `error`.
pub(super) fn error_document(report: &RunReport) -> Option<Value> {
    let error = report.error.as_ref()?;
    Some(json!({ "type": error.kind.as_str(), "payload": error.payload }))
}

fn outcome(fixture: &Fixture, expects_error: Option<&str>, report: &RunReport) -> Vec<String> {
    let threw = matches!(report.outcome, Outcome::Rejected | Outcome::Failed);
    match (fixture.error(), error_document(report)) {
        (None, Some(_)) if threw && expects_error.is_some() => Vec::new(),
        (None, None) => match expects_error {
            Some(test) if fixture.output().is_none() => {
                vec![format!("it succeeded; {test} expects an error")]
            }
            _ => Vec::new(),
        },
        (Some(recorded), Some(error)) => expected_error(recorded, &error),
        (Some(recorded), None) => {
            vec![format!("it succeeded; recorded was the error {}", short(recorded))]
        }
        (None, Some(_)) => vec![thrown(report)],
    }
}

/// What was recorded of the error must be so; a person may have written down less than all of it.
fn expected_error(recorded: &Value, error: &Value) -> Vec<String> {
    let Some(recorded) = recorded.as_object() else {
        return vec!["the fixture's `error` must be an object with `type` and `payload`".into()];
    };
    let compared = |(key, value): (&String, &Value)| {
        let actual = error.get(key).unwrap_or(&Value::Null);
        differences(&format!("error.{key}"), value, actual)
    };
    recorded.iter().filter(|(key, _)| error.get(key.as_str()).is_some()).flat_map(compared).collect()
}

/// An error that nobody expected, with the place where it was thrown.
fn thrown(report: &RunReport) -> String {
    let Some(error) = &report.error else { return "it failed".into() };
    let place = error.frames.first();
    let place = place.map(|frame| format!("\n  at {}:{}:{}", frame.file, frame.line, frame.column));
    format!("{}: {}{}", error.code, error.message, place.unwrap_or_default())
}

/// What to look at in a test that passed: what a schema does not allow, requests that the file shows otherwise, and
/// answers that the file lacks.
pub(super) fn notes(ran: &ReplayedRun) -> Option<String> {
    let caught = missing_answers(&ran.replay).map(|message| format!("note: {message}"));
    let notes: Vec<String> = warnings(&ran.report).chain(stale_requests(&ran.replay)).chain(caught).collect();
    (!notes.is_empty()).then(|| notes.join("\n"))
}

/// Recorded requests that are not what their hash says. People rewrite them, and the hash with them, to hide what
/// was sent.
fn stale_requests(replay: &Replay) -> impl Iterator<Item = String> {
    replay.requests.iter().filter_map(|request| match &request.answer {
        ReplayedAnswer::Recorded { differences, .. } if !differences.is_empty() => {
            let differing = differences.join("\n  ");
            Some(format!("note: {} was found by its hash; its `request` says:\n  {differing}", request.shown))
        }
        ReplayedAnswer::Recorded { .. } | ReplayedAnswer::Missing { .. } => None,
    })
}

fn warnings(report: &RunReport) -> impl Iterator<Item = String> {
    let of_schemas = [
        WarningCode::MetadataInvalidBeforeRun,
        WarningCode::InvalidActionInput,
        WarningCode::InvalidActionOutput,
    ];
    report
        .warnings
        .iter()
        .filter(move |warning| of_schemas.contains(&warning.code))
        .map(|warning| format!("warning: {}", warning.message))
}

/// The places where two JSON values differ.
fn differences(at: &str, recorded: &Value, actual: &Value) -> Vec<String> {
    let mut found = Vec::new();
    walk(at, recorded, actual, &mut found);
    if found.len() > SHOWN_DIFFERENCES {
        let more = found.len() - SHOWN_DIFFERENCES;
        found.truncate(SHOWN_DIFFERENCES);
        found.push(format!("{at}: {more} more differences"));
    }
    found
}

fn walk(at: &str, recorded: &Value, actual: &Value, found: &mut Vec<String>) {
    match (recorded, actual) {
        (Value::Object(recorded), Value::Object(actual)) => {
            for (key, value) in recorded {
                match actual.get(key) {
                    Some(other) => walk(&format!("{at}.{key}"), value, other, found),
                    None => found.push(format!("{at}.{key}: recorded {}, now absent", short(value))),
                }
            }
            for (key, value) in actual.iter().filter(|(key, _)| !recorded.contains_key(*key)) {
                found.push(format!("{at}.{key}: not recorded, now {}", short(value)));
            }
        }
        (Value::Array(recorded), Value::Array(actual)) if recorded.len() == actual.len() => {
            for (index, (value, other)) in recorded.iter().zip(actual).enumerate() {
                walk(&format!("{at}[{index}]"), value, other, found);
            }
        }
        (Value::Array(recorded), Value::Array(actual)) => {
            let (old, new) = (recorded.len(), actual.len());
            found.push(format!("{at}: recorded {old} items, now {new}"));
        }
        (recorded, actual) if same_json(recorded, actual) => {}
        (recorded, actual) => {
            found.push(format!("{at}: recorded {}, now {}", short(recorded), short(actual)));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_place_that_differs_is_named() {
        let recorded = json!({"same": 1, "list": [{"a": 1.0}], "gone": null, "short": [1]});
        let actual = json!({"list": [{"a": 2}], "same": 1.0, "new": "x", "short": []});
        assert_eq!(
            differences("output", &recorded, &actual),
            [
                "output.list[0].a: recorded 1, now 2",
                "output.gone: recorded null, now absent",
                "output.short: recorded 1 items, now 0",
                "output.new: not recorded, now \"x\"",
            ]
        );
        assert!(differences("output", &actual, &actual).is_empty());
    }

    #[test]
    fn a_flood_of_differences_is_cut() {
        let recorded = Value::Array((0..50).map(Value::from).collect());
        let actual = Value::Array((1..51).map(Value::from).collect());
        let found = differences("output", &recorded, &actual);
        assert_eq!(found.len(), SHOWN_DIFFERENCES + 1);
        assert_eq!(found[SHOWN_DIFFERENCES], "output: 40 more differences");
    }

    #[test]
    fn an_expected_error_is_compared_by_what_was_written_down() {
        let error = json!({"type": "action_script_runtime_error", "payload": {"message": "no"}});
        assert!(expected_error(&json!({"type": "action_script_runtime_error"}), &error).is_empty());
        assert_eq!(
            expected_error(&json!({"payload": {"message": "yes"}}), &error),
            ["error.payload.message: recorded \"yes\", now \"no\""]
        );
    }
}
