//! Whether a function that failed is tried again, and when.

use std::collections::BTreeMap;
use std::time::Duration;

use jiff::Timestamp;
use jiff::fmt::rfc2822;
use onevent_contract::{ApiErrorCode, ErrorType, FunctionKey, Outcome, Passing, RunError, RunReport};
use onevent_store::Then;
use serde_json::Value;

/// The longest time that a provider's `Retry-After` is believed.
const LONGEST_RETRY_AFTER: Duration = Duration::from_secs(60 * 60);
/// How far a wait is moved at random, in percent of it, either way: what failed together does not come back together.
const JITTER_PERCENT: u64 = 25;
/// A request that a provider did not finish in time, and one of too many.
const REQUEST_TIMEOUT: u64 = 408;
const TOO_MANY_REQUESTS: u16 = 429;

/// How often, and after which time, a queued function that failed is tried again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RetryPolicy {
    /// How often at most, after the first attempt.
    pub max: u32,
    /// How long the first retry waits; each further one twice as long as the one before.
    pub backoff: Duration,
    /// The longest wait, but for a provider that asks for a longer one.
    pub max_backoff: Duration,
}

impl Default for RetryPolicy {
    fn default() -> Self {
        Self { max: 5, backoff: Duration::from_secs(5), max_backoff: Duration::from_secs(5 * 60) }
    }
}

impl RetryPolicy {
    /// What follows a run that did not succeed, the `attempt`th of its event since that was replayed.
    pub(crate) fn then(&self, report: &RunReport, attempt: u32, now: Timestamp) -> Then {
        if attempt > self.max || !is_retryable(report) {
            return Then::Dead;
        }
        Then::Retry(self.wait(attempt).max(retry_after(report, now).unwrap_or_default()))
    }

    /// How long the retry after so many attempts waits, moved at random.
    pub(crate) fn wait(&self, attempts: u32) -> Duration {
        let doubled = self.backoff.saturating_mul(2_u32.saturating_pow(attempts.saturating_sub(1)));
        let longest = u64::try_from(doubled.min(self.max_backoff).as_millis()).unwrap_or(u64::MAX);
        let percent = fastrand::u64(100 - JITTER_PERCENT..=100 + JITTER_PERCENT);
        Duration::from_millis(longest.saturating_mul(percent) / 100)
    }
}

/// The policies of all functions.
#[derive(Debug, Clone, Default)]
pub struct RetryPolicies {
    /// Of those that have none of their own.
    pub general: RetryPolicy,
    /// Of single functions, named like `salesforce/setup`.
    pub functions: BTreeMap<String, RetryPolicy>,
}

impl RetryPolicies {
    /// The policy of one function.
    #[must_use]
    pub fn of(&self, function: &FunctionKey) -> RetryPolicy {
        self.functions.get(&function.to_string()).copied().unwrap_or(self.general)
    }
}

/// Whether a run failed of something that may be over the next time. What the function says itself is final.
fn is_retryable(report: &RunReport) -> bool {
    let is_unknown = report.outcome == Outcome::Unknown;
    let Some(error) = &report.error else { return is_unknown };
    is_unknown
        || match error.kind.passing() {
            Passing::Yes => true,
            Passing::No => false,
            Passing::ByAnswer => answer_may_pass(error),
        }
}

/// Whether an answer that was let through may be another one the next time: onevent's own, in the place of Nango's API, by its
/// code; that to an action, by what the action failed of; a provider's by its status.
fn answer_may_pass(error: &RunError) -> bool {
    let said =
        error.additional_properties.as_ref().and_then(|all| all.pointer("/upstream_response/body/error"));
    let code = said.and_then(|said| said.get("code")).and_then(Value::as_str).unwrap_or_default();
    let status_of_action = said.and_then(|said| said.pointer("/upstream/status")).and_then(Value::as_u64);
    match (ApiErrorCode::from_name(code), ErrorType::from_name(code)) {
        (Some(own), _) if error.status < 500 => own.passing() == Passing::Yes,
        (_, Some(of_action)) => match of_action.passing() {
            Passing::Yes => true,
            Passing::No => false,
            Passing::ByAnswer => status_of_action.is_some_and(status_may_pass),
        },
        _ => status_may_pass(error.status.into()),
    }
}

fn status_may_pass(status: u64) -> bool {
    matches!(status, REQUEST_TIMEOUT | 500..=599) || status == u64::from(TOO_MANY_REQUESTS)
}

/// How long the provider wants to be left alone, where it took no more requests and says so.
fn retry_after(report: &RunReport, now: Timestamp) -> Option<Duration> {
    let error = report.error.as_ref().filter(|error| error.status == TOO_MANY_REQUESTS)?;
    let headers = error.additional_properties.as_ref()?.pointer("/upstream_response/headers/retry-after")?;
    let text = headers.as_str()?.trim();
    let asked = match text.parse::<u64>() {
        Ok(seconds) => Duration::from_secs(seconds),
        Err(_) => {
            let at = rfc2822::parse(text).ok()?.timestamp();
            Duration::try_from(at.duration_since(now)).ok()?
        }
    };
    Some(asked.min(LONGEST_RETRY_AFTER))
}

#[cfg(test)]
mod tests {
    use onevent_contract::{MetadataReport, Mode, RunId, Usage};
    use serde_json::json;

    use super::*;

    const NOW: &str = "2026-01-01T00:00:00Z";

    fn report(kind: ErrorType, status: u16, retry_after: Option<&str>) -> RunReport {
        let mut error = RunError::new(kind, "no");
        error.status = status;
        error.additional_properties =
            retry_after.map(|value| json!({ "upstream_response": { "headers": { "retry-after": value } } }));
        let outcome = match kind {
            ErrorType::ActionScriptRuntimeError => Outcome::Rejected,
            ErrorType::ExecutionTimeout | ErrorType::IsolateLost => Outcome::Stopped,
            ErrorType::HostFailure => Outcome::Unknown,
            _ => Outcome::Failed,
        };
        RunReport {
            schema_version: 1,
            run_id: RunId::generate(),
            function: "setup".parse().unwrap(),
            integration: "salesforce".parse().unwrap(),
            event: None,
            operation: None,
            connection_id: "acme".parse().unwrap(),
            environment: "dev".parse().unwrap(),
            mode: Mode::Live,
            attempt: 1,
            caller_run_id: None,
            deployment: None,
            request_id: None,
            started_at: NOW.parse().unwrap(),
            outcome,
            verdict: None,
            error: Some(error),
            output: None,
            warnings: Vec::new(),
            metadata: MetadataReport::default(),
            http: Vec::new(),
            logs: Vec::new(),
            usage: Usage::default(),
            timings: None,
        }
    }

    fn is_tried_again(kind: ErrorType, status: u16) -> bool {
        let then = RetryPolicy::default().then(&report(kind, status, None), 1, NOW.parse().unwrap());
        matches!(then, Then::Retry(_))
    }

    #[test]
    fn what_may_be_over_the_next_time_is_tried_again() {
        for kind in [
            ErrorType::ScriptNetworkError,
            ErrorType::ScriptApiRateLimitError,
            ErrorType::ExecutionTimeout,
            ErrorType::IsolateLost,
            ErrorType::HostFailure,
        ] {
            assert!(is_tried_again(kind, 500), "{kind:?}");
        }
        for kind in [
            ErrorType::ActionScriptRuntimeError,
            ErrorType::ScriptInternalError,
            ErrorType::CpuLimitExceeded,
            ErrorType::HeapLimitExceeded,
            ErrorType::WorkerCrashed,
            ErrorType::NeverSettled,
            ErrorType::InvalidMetadata,
            ErrorType::CompileError,
        ] {
            assert!(!is_tried_again(kind, 500), "{kind:?}");
        }
        for (status, again) in
            [(400, false), (401, false), (404, false), (408, true), (429, true), (500, true), (503, true)]
        {
            assert_eq!(is_tried_again(ErrorType::ScriptHttpError, status), again, "{status}");
        }
    }

    /// What is answered in the place of Nango's API.
    fn own_answer_is_tried_again(status: u16, error: serde_json::Value) -> bool {
        let mut failed = report(ErrorType::ScriptHttpError, status, None);
        let answer = json!({ "upstream_response": { "status": status, "body": { "error": error } } });
        failed.error.as_mut().unwrap().additional_properties = Some(answer);
        matches!(RetryPolicy::default().then(&failed, 1, NOW.parse().unwrap()), Then::Retry(_))
    }

    #[test]
    fn of_own_answers_the_code_decides() {
        for (status, code, again) in [
            (424, "connection_refresh_backoff", true),
            (424, "invalid_credentials", false),
            (424, "server_error", false),
            (404, "not_found", false),
            (400, "action_depth_exceeded", false),
            // A provider's own words.
            (424, "anything_else", false),
            (503, "not_found", true),
            (500, "server_error", true),
        ] {
            assert_eq!(own_answer_is_tried_again(status, json!({ "code": code })), again, "{status} {code}");
        }
    }

    #[test]
    fn what_an_action_failed_of_counts_for_whoever_triggered_it() {
        for (status, error, again) in [
            (500, json!({ "code": "action_script_runtime_error" }), false),
            (500, json!({ "code": "script_internal_error" }), false),
            (500, json!({ "code": "script_network_error" }), true),
            (500, json!({ "code": "execution_timeout" }), true),
            (424, json!({ "code": "script_api_rate_limit_error" }), true),
            (424, json!({ "code": "script_http_error", "upstream": { "status": 503 } }), true),
            (424, json!({ "code": "script_http_error", "upstream": { "status": 404 } }), false),
            (400, json!({ "code": "invalid_action_input" }), false),
        ] {
            assert_eq!(own_answer_is_tried_again(status, error.clone()), again, "{error}");
        }
    }

    #[test]
    fn the_last_attempt_is_the_last() {
        let policy = RetryPolicy { max: 2, ..RetryPolicy::default() };
        let failed = report(ErrorType::ScriptNetworkError, 500, None);
        let then = |attempt| policy.then(&failed, attempt, NOW.parse().unwrap());
        assert!(matches!((then(1), then(2)), (Then::Retry(_), Then::Retry(_))));
        assert_eq!(then(3), Then::Dead);
    }

    #[test]
    fn waits_double_up_to_the_longest_and_are_moved_by_a_quarter_at_most() {
        let policy = RetryPolicy::default();
        for (attempts, seconds) in [(1, 5), (2, 10), (3, 20), (6, 160), (7, 300), (40, 300), (u32::MAX, 300)]
        {
            let waits: Vec<Duration> = (0..100).map(|_| policy.wait(attempts)).collect();
            let (least, most) = (Duration::from_secs(seconds * 3 / 4), Duration::from_secs(seconds * 5 / 4));
            assert!(
                waits
                    .iter()
                    .all(|wait| (least - Duration::from_secs(1)..=most + Duration::from_secs(1))
                        .contains(wait))
            );
            assert!(waits.iter().any(|wait| wait != &waits[0]), "they are moved at random");
        }
    }

    #[test]
    fn a_provider_that_asks_for_a_longer_time_gets_it() {
        let wait = |status, value| {
            let failed = report(ErrorType::ScriptHttpError, status, Some(value));
            match RetryPolicy::default().then(&failed, 1, NOW.parse().unwrap()) {
                Then::Retry(wait) => wait.as_secs(),
                Then::Dead => panic!("dead"),
            }
        };
        assert_eq!(wait(429, "120"), 120);
        assert_eq!(wait(429, "Thu, 01 Jan 2026 00:02:00 GMT"), 120);
        assert_eq!(wait(429, "86400"), 3600, "no provider holds a connection up for a day");
        for (status, value) in
            [(429, "1"), (429, "soon"), (429, "Thu, 01 Jan 2020 00:00:00 GMT"), (503, "120")]
        {
            assert!(wait(status, value) < 10, "{value}: our own time is longer, or nothing was asked");
        }
    }
}
