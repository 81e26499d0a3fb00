//! Further attempts. A wait that would end after the run is not begun, and the log says how long it would have been: so
//! these rows see each wait and wait for none. `runtime/lifecycle/tests` has the rows that go through the waits.

use serde_json::{Value, json};

use super::row::Row;

/// What the provider says to be asked again at once, as fast as onevent does that.
const AT_ONCE: &[(&str, &str)] = &[("retry-after", "0")];

/// A call with these options, in a run that has no time to wait three seconds.
fn call(options: &str) -> Row {
    Row::body(&format!("await nango.get({{ endpoint: '/x', {options} }});"))
        .flags(&["--set", "limits.wall=2500ms"])
}

/// The wait that the last log line names.
fn wants(row: Row, reason: &'static str, wait: &'static str, progress: &'static str) -> Row {
    row.exits(1).sees(move |seen| {
        let logs = seen.answer.document["logs"].as_array().cloned().unwrap_or_default();
        let last = logs.last().map(|line| line["message"].to_string()).unwrap_or_default();
        let line =
            format!("not retrying: {reason} asks for {wait} ms, longer than this run may take {progress}");
        if last.contains(&line) { Ok(()) } else { Err(format!("the last line is {last}, not {line}")) }
    })
}

/// A call that fails with this status and headers.
fn fails(options: &str, status: u16, headers: &'static [(&'static str, &'static str)]) -> Row {
    call(options).answers("/x", &[(status, headers, json!({}))])
}

fn asked_times(row: Row, times: usize) -> Row {
    row.sees(move |seen| match seen.world.provider.journal().len() {
        asked if asked == times => Ok(()),
        asked => Err(format!("{asked} attempts, not {times}")),
    })
}

rows! {
    no_retries_by_default => asked_times(fails("retries: 0", 503, AT_ONCE).exits(1), 1);

    retries_are_extra_attempts => asked_times(fails("retries: 2", 503, AT_ONCE).exits(1), 3);

    one_success_ends_them => asked_times(
        call("retries: 5").answers("/x", &[(503, AT_ONCE, json!({})), (200, &[], json!({}))]), 2,
    );

    the_first_wait_is_three_seconds => wants(fails("retries: 2", 503, &[]), "status_code_503", "3000", "[1/2]");

    the_second_wait_is_six_seconds => wants(
        call("retries: 2").answers("/x", &[(503, AT_ONCE, json!({})), (503, &[], json!({}))]), "status_code_503", "6000", "[2/2]",
    );

    the_third_wait_is_twelve_seconds => wants(
        call("retries: 3").answers("/x", &[(503, AT_ONCE, json!({})), (503, AT_ONCE, json!({})), (503, &[], json!({}))]),
        "status_code_503", "12000", "[3/3]",
    );

    a_429_is_retried => wants(fails("retries: 1", 429, &[]), "status_code_429", "3000", "[1/1]");
    a_500_is_retried => wants(fails("retries: 1", 500, &[]), "status_code_500", "3000", "[1/1]");
    a_404_is_not_retried => asked_times(fails("retries: 3", 404, AT_ONCE).exits(1), 1);
    a_status_of_retry_on_is => asked_times(fails("retries: 1, retryOn: [404]", 404, AT_ONCE).exits(1), 2);
    retry_on_null_is_no_list => asked_times(fails("retries: 1, retryOn: null", 404, AT_ONCE).exits(1), 1);

    a_401_is_retried_once_with_the_same_credentials => asked_times(fails("retries: 5", 401, AT_ONCE).exits(1), 2)
        .sees(|seen| {
            let logs = seen.answer.document["logs"].to_string();
            if logs.contains("invalid_credentials [2/5]") { Ok(()) } else { Err(format!("no such reason in {logs}")) }
        });

    a_provider_that_is_not_there_is_asked_again => wants(
        call("retries: 1, baseUrlOverride: 'http://127.0.0.1:9'"), "network_error", "3000", "[1/1]",
    );

    a_template_names_the_header_to_wait_after => wants(
        fails("retries: 1", 429, &[("retry-after", "17")]).provider("slack"), "status_code_429", "17000", "[1/1]",
    );

    a_templates_remaining_header_of_zero_is_a_reason => wants(
        fails("retries: 1", 400, &[("x-hubspot-ratelimit-remaining", "0")]).provider("hubspot"), "provider_remaining", "3000", "[1/1]",
    );

    a_templates_own_codes_replace_the_usual_ones => wants(
        fails("retries: 1", 403, &[]).provider("github"), "provider_error_code_403", "3000", "[1/1]",
    );

    // In Nango the field is dropped on the way.
    retry_header_is_honoured => wants(
        fails("retries: 1, retryHeader: { after: 'x-wait' }", 503, &[("x-wait", "9")]), "status_code_503", "9000", "[1/1]",
    );

    each_attempt_is_in_the_report => fails("retries: 1", 503, AT_ONCE).exits(1)
        .has("/http/0/attempt", json!(1)).has("/http/1/attempt", json!(2)).has("/http/2", Value::Null);
}
