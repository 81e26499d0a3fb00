//! `--update`: the fixture as the run would be recorded now.

use onevent_contract::Outcome;
use serde_json::Value;

use super::compare::error_document;
use super::replayed::ReplayedRun;
use crate::fixture::{Fixture, Member, ReplayedAnswer, plain_marks};

/// Whether a recorded request is not the one that its hash is of.
pub(super) fn has_stale_request(ran: &ReplayedRun) -> bool {
    ran.replay.requests.iter().any(|request| match &request.answer {
        ReplayedAnswer::Recorded { differences, .. } => !differences.is_empty(),
        ReplayedAnswer::Missing { .. } => false,
    })
}

/// Brings the sections that the fixture has up to date, and the requests that were not as recorded. False where that
/// is no answer: a request that nothing answers cannot be recorded without the provider, and an error that nobody
/// expected is not made the expectation.
pub(super) fn apply(fixture: &mut Fixture, ran: &ReplayedRun) -> bool {
    let report = &ran.report;
    let answered = |answer: &ReplayedAnswer| matches!(answer, ReplayedAnswer::Recorded { .. });
    let settled = match report.outcome {
        Outcome::Succeeded => true,
        Outcome::Rejected | Outcome::Failed => fixture.error().is_some(),
        // A run that was stopped says nothing; what may be added later is not known to.
        _ => false,
    };
    if !settled || !ran.replay.requests.iter().all(|request| answered(&request.answer)) {
        return false;
    }
    if report.outcome == Outcome::Succeeded {
        let failed_before = fixture.error().is_some();
        fixture.set(Member::Error, None);
        if report.event.is_none() && (fixture.output().is_some() || failed_before) {
            let mut output = report.output.clone().unwrap_or_default();
            plain_marks(&mut output);
            fixture.set(Member::Output, Some(output));
        }
    } else {
        fixture.set(Member::Error, error_document(report));
    }
    if fixture.metadata_writes().is_some() {
        fixture.set(Member::MetadataWrites, Some(Value::Array(ran.replay.metadata_writes.clone())));
    }
    for request in &ran.replay.requests {
        if let ReplayedAnswer::Recorded { key, differences, hash, request } = &request.answer
            && !differences.is_empty()
        {
            fixture.set_request(key, hash, request);
        }
    }
    true
}
