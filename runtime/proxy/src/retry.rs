//! When to try again, and how long to wait before.

use std::time::Duration;

use jiff::Timestamp;
use onevent_contract::{HostError, ProxyRequest, RetryHeader};
use regex::Regex;
use serde_json::Value;

use crate::limits::{FIRST_BACKOFF, LONGEST_BACKOFF, SHORTEST_WAIT};
use crate::transport::{Answer, BodyRead};
use crate::{RetryTemplate, WaitKind};

/// Transport errors after which another attempt can help (Nango's list).
const RETRYABLE_CODES: [&str; 7] = [
    "ECONNRESET",
    "ETIMEDOUT",
    "ECONNABORTED",
    "ECONNREFUSED",
    "EHOSTUNREACH",
    "EAI_AGAIN",
    "UND_ERR_SOCKET",
];

/// Why to try again; its text is in the run's log.
pub(crate) type Reason = String;

/// Why to try again after `outcome`; `None` where trying again is pointless.
pub(crate) fn reason(
    outcome: &Result<impl Answer, HostError>,
    request: &ProxyRequest,
    template: &RetryTemplate,
) -> Option<Reason> {
    let answer = match outcome {
        Ok(answer) => answer,
        Err(HostError::Network { code, .. }) => {
            return RETRYABLE_CODES.contains(&code.as_str()).then(|| "network_error".to_owned());
        }
        Err(_) => return None,
    };
    let status = answer.status().as_u16();
    // An answer that was cut short is judged by its status like a whole one, as in Nango: what was answered was also
    // done, and doing it again is for the author to ask for (`retryOn`).
    if has_succeeded(answer) {
        return None;
    }
    if let Some(rules) = &template.error_code {
        if let Some(rule) = rules.iter().find(|rule| covers(rule, status)) {
            return Some(format!("provider_error_code_{rule}"));
        }
    } else if status >= 500 || status == 429 || status == 401 {
        return Some(format!("status_code_{status}"));
    }
    if request.retry_on.contains(&status) {
        return Some(format!("retry_on_{status}"));
    }
    let remaining = template.remaining.as_deref().and_then(|name| answer.header(name));
    (remaining.as_deref() == Some("0")).then(|| "provider_remaining".to_owned())
}

/// Whether an answer is one of success, and not known to be cut short.
pub(crate) fn has_succeeded(answer: &impl Answer) -> bool {
    answer.status().is_success() && !matches!(answer.body(), BodyRead::Broken(_))
}

/// Whether a provider's rule covers a status: `403`, `5xx`, or `500-502`.
fn covers(rule: &str, status: u16) -> bool {
    let rule = rule.trim();
    if let Some((from, to)) = rule.split_once('-') {
        return match (from.trim().parse::<u16>(), to.trim().parse::<u16>()) {
            (Ok(from), Ok(to)) => (from..=to).contains(&status),
            _ => false,
        };
    }
    let digits = status.to_string();
    rule.len() == digits.len()
        && rule
            .bytes()
            .zip(digits.bytes())
            .all(|(rule, digit)| rule.eq_ignore_ascii_case(&b'x') || rule == digit)
}

/// How long to wait before the attempt after `attempt` (0 for the first): what the headers say that the call names,
/// else what the provider asks for, else a time that doubles.
pub(crate) fn wait(
    outcome: &Result<impl Answer, HostError>,
    request: &ProxyRequest,
    template: &RetryTemplate,
    attempt: u32,
    now: Timestamp,
) -> Duration {
    let asked = outcome.as_ref().ok().and_then(|answer| {
        named_wait(answer, &request.retry_header, now).or_else(|| asked_wait(answer, template, now))
    });
    asked.unwrap_or_else(|| backoff(attempt)).max(SHORTEST_WAIT)
}

fn backoff(attempt: u32) -> Duration {
    FIRST_BACKOFF.saturating_mul(2_u32.saturating_pow(attempt)).min(LONGEST_BACKOFF)
}

/// What the headers say that the call itself names.
fn named_wait(answer: &impl Answer, names: &RetryHeader, now: Timestamp) -> Option<Duration> {
    let read = |name: &Option<String>| answer.header(name.as_deref()?);
    read(&names.at)
        .and_then(|text| until(&text, now))
        .or_else(|| read(&names.after).and_then(|text| seconds(&text, now)))
}

fn asked_wait(answer: &impl Answer, template: &RetryTemplate, now: Timestamp) -> Option<Duration> {
    let longest = |names: &[String], read: fn(&str, Timestamp) -> Option<Duration>| {
        names.iter().filter_map(|name| read(&answer.header(name)?, now)).max()
    };
    longest(&template.at.0, until)
        .or_else(|| longest(&template.after.0, seconds))
        .or_else(|| in_body(answer, template, now))
        // The standard header, whether or not a template names it (RFC 9110, section 10.2.3).
        .or_else(|| seconds(&answer.header("retry-after")?, now))
}

fn in_body(answer: &impl Answer, template: &RetryTemplate, now: Timestamp) -> Option<Duration> {
    let rule = template.in_body.as_ref()?;
    // Of a body that is passed on nothing is known yet.
    let BodyRead::Whole(body) = answer.body() else { return None };
    let body: Value = serde_json::from_slice(body).ok()?;
    let text = rule.path.split('.').try_fold(&body, |value, key| match value {
        Value::Array(items) => items.get(key.parse::<usize>().ok()?),
        other => other.get(key),
    })?;
    // Nango's file writes the expression between slashes, as JavaScript does.
    let expression =
        rule.value.strip_prefix('/').and_then(|rest| rest.strip_suffix('/')).unwrap_or(&rule.value);
    let captured = Regex::new(expression).ok()?.captures(text.as_str()?)?.get(1)?.as_str().to_owned();
    match rule.strategy {
        WaitKind::At => until(&captured, now),
        WaitKind::After => seconds(&captured, now),
    }
}

/// Seconds from now; or a date, which RFC 9110 allows for `Retry-After`.
fn seconds(text: &str, now: Timestamp) -> Option<Duration> {
    match text.trim().parse::<f64>() {
        Ok(seconds) => Duration::try_from_secs_f64(seconds).ok(),
        Err(_) => date(text).and_then(|at| between(now, at)),
    }
}

/// A point in time: seconds or milliseconds since 1970, or a date. What has passed says nothing.
fn until(text: &str, now: Timestamp) -> Option<Duration> {
    /// Read as milliseconds, a number of seconds lies in January 1970.
    const YEAR_1971_MS: f64 = 31_536_000_000.0;
    let at = match text.trim().parse::<f64>() {
        Ok(number) if number >= YEAR_1971_MS => from_millis(number)?,
        Ok(number) => from_millis(number * 1000.0)?,
        Err(_) => date(text)?,
    };
    between(now, at)
}

fn from_millis(number: f64) -> Option<Timestamp> {
    // What does not fit into the type is no time that anybody waits for.
    #[expect(clippy::cast_possible_truncation, reason = "a float saturates, and the type checks its range")]
    Timestamp::from_millisecond(number as i64).ok()
}

fn date(text: &str) -> Option<Timestamp> {
    let text = text.trim();
    let http = httpdate::parse_http_date(text).ok().and_then(|time| Timestamp::try_from(time).ok());
    http.or_else(|| text.parse().ok())
}

fn between(now: Timestamp, at: Timestamp) -> Option<Duration> {
    Duration::try_from(at.duration_since(now)).ok().filter(|wait| !wait.is_zero())
}

#[cfg(test)]
#[path = "retry_tests.rs"]
mod tests;
