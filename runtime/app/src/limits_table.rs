//! The table of `docs/limits.md`, made of the constants themselves.

use std::fmt::Display;
use std::path::Path;
use std::time::Duration;

use onevent_contract as contract;
use onevent_contract::Limits;
use onevent_engine as engine;
use onevent_engine::limits as loads;
use onevent_ops as ops;
use onevent_ops::crypto_limits as crypto;
use onevent_proxy::limits as calls;
use onevent_source::limits as source;

/// How a limit is changed.
enum Change {
    /// By a setting.
    Setting,
    /// By whoever embeds the engine.
    Builder(&'static str),
    /// Not at all.
    Not,
}

use Change::{Builder, Not, Setting};

/// An amount and its unit.
type Amount = (String, &'static str);

/// Name, default and unit, what happens at it, how it is changed.
type Row = (&'static str, Amount, &'static str, Change);

fn bytes(bytes: impl TryInto<u64>) -> Amount {
    let bytes = bytes.try_into().unwrap_or(u64::MAX);
    let units = [(1 << 30, "GiB"), (1 << 20, "MiB"), (1 << 10, "KiB")];
    match units.iter().find(|(unit, _)| bytes >= *unit && bytes.is_multiple_of(*unit)) {
        Some((unit, name)) => ((bytes / unit).to_string(), *name),
        None => count(bytes, "bytes"),
    }
}

fn time(time: Duration) -> Amount {
    match (time.subsec_millis(), time.as_secs()) {
        (0, seconds) if seconds >= 60 && seconds.is_multiple_of(60) => count(seconds / 60, "minutes"),
        (0, seconds) => count(seconds, "seconds"),
        _ => count(time.as_millis(), "milliseconds"),
    }
}

/// With commas, as the rest of the page has them.
fn count(number: impl Display, unit: &'static str) -> Amount {
    let digits = number.to_string();
    let pieces: Vec<&str> = digits
        .as_bytes()
        .rchunks(3)
        .rev()
        .map(|piece| std::str::from_utf8(piece).unwrap_or_default())
        .collect();
    (pieces.join(","), unit)
}

fn runs() -> Vec<Row> {
    vec![
        ("limits.wall", time(Limits::DEFAULT_WALL), "the run is `stopped`, `execution_timeout`", Setting),
        ("limits.cpu", time(Limits::DEFAULT_CPU), "`stopped`, `cpu_limit_exceeded`", Setting),
        (
            "limits.heap",
            bytes(Limits::DEFAULT_HEAP_BYTES),
            "of V8's heap, and as much again of `ArrayBuffer`s: `stopped`, `heap_limit_exceeded`. One list or text that is made in one \
             step can go beyond it by up to 1 GiB, until the run waits for something",
            Setting,
        ),
        (
            "stop_grace",
            time(engine::STOP_GRACE),
            "after a stop: whoever waits is let go; the thread counts as lost until it comes back",
            Not,
        ),
        (
            "lost_threads",
            count(engine::DEFAULT_MAX_LOST_THREADS, "threads"),
            "runs are refused with `threads_lost`; a server ends with exit code 14 ([server.md](server.md#threads-that-are-lost)). \
             Runs in child processes go on",
            Builder("max_lost_threads"),
        ),
        ("server.max_runs", count(engine::DEFAULT_MAX_ISOLATES, "runs at once"), "they wait", Setting),
        (
            "server.queue",
            count(engine::DEFAULT_QUEUE, "runs that wait"),
            "`queue_full` or `over_share`",
            Setting,
        ),
        ("server.queue_wait", time(engine::DEFAULT_QUEUE_WAIT), "`queue_expired`", Setting),
        (
            "root_bytes",
            bytes(contract::MAX_ROOT_BYTES),
            "that the open calls of a root run and of all that it triggered carry, in and out, and what is made of them: \
             `too_many_bytes`, before anything is copied; and that an action's output takes: `script_output_too_large`",
            Not,
        ),
        (
            "made_secret_bytes",
            bytes(contract::MAX_MADE_SECRET_BYTES),
            "of different texts that a run's calls make of credentials: `too_many_secrets`",
            Not,
        ),
        (
            "triggered_runs",
            count(contract::MAX_TRIGGERED_RUNS, "runs"),
            "that a root run triggers, with those that they trigger: `too_many_runs`",
            Not,
        ),
        (
            "triggered_at_once",
            count(contract::MAX_TRIGGERED_AT_ONCE, "runs"),
            "for a root run, half as many on each deeper level: they wait their turn",
            Not,
        ),
        (
            "action_depth",
            count(contract::MAX_ACTION_DEPTH, "levels"),
            "of actions that trigger actions: `action_depth_exceeded`",
            Not,
        ),
        ("open_calls", count(ops::MAX_OPEN_CALLS, "calls"), "of one run: `too_many_calls`", Not),
        (
            "calls_at_once",
            count(ops::MAX_CONCURRENT_CALLS, "calls"),
            "with the host: more wait their turn",
            Not,
        ),
        (
            "action_output_bytes",
            bytes(contract::MAX_ACTION_OUTPUT_BYTES),
            "of JSON: `failed`, `script_output_too_large`",
            Not,
        ),
        ("metadata_bytes", bytes(contract::MAX_METADATA_BYTES), "of JSON: `metadata_too_large`", Not),
        ("checkpoint_bytes", bytes(ops::MAX_CHECKPOINT_BYTES), "of JSON: `checkpoint_too_large`", Not),
        ("run_locks", count(onevent_store::MAX_LOCKS_OF_A_RUN, "locks"), "`too_many_locks`", Not),
        (
            "schema_work",
            count(loads::MAX_SCHEMA_WORK, "looks"),
            "of a schema's parts at a value's: the value does not match",
            Not,
        ),
    ]
}

fn requests() -> Vec<Row> {
    vec![
        ("request_fields", count(ops::MAX_PAIRS, "headers and fields"), "`invalid_request`", Not),
        ("fetch_headers", count(ops::MAX_FETCH_HEADERS, "headers"), "of a `fetch`: `invalid_headers`", Not),
        ("sent_url_bytes", bytes(contract::MAX_SENT_URL_BYTES), "with the query: `url_too_long`", Not),
        ("answer_body_bytes", bytes(calls::MAX_BODY_BYTES), "unpacked: `ERR_BAD_RESPONSE`", Not),
        (
            "answer_codings",
            count(calls::MAX_CONTENT_CODINGS, "codings"),
            "one over the other: `ERR_BAD_RESPONSE`",
            Not,
        ),
        ("answer_header_bytes", bytes(calls::MAX_HEADER_BYTES), "`HPE_HEADER_OVERFLOW`", Not),
        ("redirects", count(calls::MAX_REDIRECTS, "redirects"), "`ERR_FR_TOO_MANY_REDIRECTS`", Not),
        ("attempt_timeout", time(calls::ATTEMPT_TIMEOUT), "for one attempt: `ECONNABORTED`", Not),
        ("connect_timeout", time(calls::CONNECT_TIMEOUT), "`ETIMEDOUT`", Not),
        ("token_answer_bytes", bytes(calls::MAX_TOKEN_ANSWER_BYTES), "the token cannot be refreshed", Not),
        (
            "shown_body_bytes",
            bytes(calls::MAX_SHOWN_BODY_BYTES),
            "of each body that `-v` shows: the rest is left out",
            Not,
        ),
        (
            "url_units",
            count(ops::MAX_URL_UNITS, "characters"),
            "of `URL` and `URLSearchParams`: no valid URL, `RangeError`",
            Not,
        ),
        (
            "search_params",
            count(ops::MAX_SEARCH_PARAMS, "parameters"),
            "of `URLSearchParams`: `RangeError`",
            Not,
        ),
    ]
}

fn cryptography() -> Vec<Row> {
    vec![
        ("crypto_input_bytes", bytes(crypto::MAX_INPUT_BYTES), "of one call: `RangeError`", Not),
        ("crypto_random_bytes", bytes(crypto::MAX_RANDOM_BYTES), "of one call: `RangeError`", Not),
        (
            "crypto_key_bytes",
            bytes(crypto::MAX_KEY_BYTES),
            "of a key, or of a certificate: `RangeError`",
            Not,
        ),
        (
            "derived_key_bytes",
            bytes(crypto::MAX_DERIVED_KEY_BYTES),
            "of what `crypto.subtle` derives: `RangeError`",
            Not,
        ),
        (
            "pbkdf2_iterations",
            count(crypto::MAX_PBKDF2_WORK, "iterations"),
            "of all blocks of the key: `RangeError`",
            Not,
        ),
        ("scrypt_bytes", bytes(crypto::MAX_SCRYPT_BYTES), "`128 * N * r`: `RangeError`", Not),
        ("scrypt_work", count(crypto::MAX_SCRYPT_WORK, "blocks"), "`N * r * p`: `RangeError`", Not),
    ]
}

fn loading() -> Vec<Row> {
    vec![
        ("load_wall", time(loads::LOAD_LIMITS.wall), "for code outside `exec`: `module_stopped`", Not),
        ("load_cpu", time(loads::LOAD_LIMITS.cpu), "`module_stopped`", Not),
        ("load_heap", bytes(loads::LOAD_LIMITS.heap_bytes), "`module_stopped`", Not),
        (
            "loading_bytes",
            bytes(loads::MAX_LOADING_BYTES),
            "of heaps and code of all that is loaded at a time: more waits. What alone has more: `too_large`",
            Not,
        ),
        (
            "declared_bytes",
            bytes(loads::MAX_DECLARED_BYTES),
            "of JSON that a function declares: `too_large`",
            Not,
        ),
        (
            "schema_parts",
            count(loads::MAX_SCHEMA_PARTS, "schemas"),
            "in one: `invalid_metadata_schema` and the like",
            Not,
        ),
        (
            "pattern_bytes",
            bytes(loads::MAX_PATTERN_BYTES),
            "of a schema's patterns, compiled: they are left to zod",
            Not,
        ),
        ("file_bytes", bytes(source::MAX_FILE_BYTES), "`too_large`", Not),
        ("file_tokens", count(source::MAX_FILE_TOKENS, "tokens"), "`too_large`", Not),
        ("function_files", count(source::MAX_MODULES, "files"), "of one function: `too_large`", Not),
        ("function_bytes", bytes(source::MAX_FUNCTION_BYTES), "`too_large`", Not),
        ("function_tokens", count(source::MAX_FUNCTION_TOKENS, "tokens"), "`too_large`", Not),
        ("project_functions", count(source::MAX_FUNCTIONS, "functions"), "`too_large`", Not),
        ("project_bytes", bytes(source::MAX_PROJECT_BYTES), "of files: `too_large`", Not),
        ("project_tokens", count(source::MAX_PROJECT_TOKENS, "tokens"), "`too_large`", Not),
    ]
}

fn reports() -> Vec<Row> {
    vec![
        (
            "message_bytes",
            bytes(contract::MAX_MESSAGE_BYTES),
            "of an error's message, a warning, a log line: cut",
            Not,
        ),
        ("word_bytes", bytes(contract::MAX_WORD_BYTES), "of an error's code, a frame's names: cut", Not),
        (
            "error_data_bytes",
            bytes(contract::MAX_ERROR_DATA_BYTES),
            "of an error's payload, and of what else it says: left out",
            Not,
        ),
        ("log_lines", count(contract::MAX_LOG_LINES, "lines"), "more are counted", Not),
        ("log_bytes", bytes(contract::MAX_LOG_BYTES), "of all log lines: more are counted", Not),
        (
            "log_memory",
            bytes(contract::MAX_LOG_MEMORY),
            "that what is logged beside messages takes: more is counted",
            Not,
        ),
        ("http_requests", count(contract::MAX_HTTP_EFFECTS, "requests"), "more are counted", Not),
        ("url_bytes", bytes(contract::MAX_URL_BYTES), "of a request's URL: cut", Not),
        ("http_bytes", bytes(contract::MAX_HTTP_BYTES), "of all of them: more are counted", Not),
        ("warnings", count(contract::MAX_WARNINGS, "warnings"), "more are counted", Not),
        ("warning_bytes", bytes(contract::MAX_WARNING_BYTES), "of all of them: more are counted", Not),
    ]
}

fn table(rows: Vec<Row>) -> String {
    let mut table = "| limit | default | unit | what happens at it | how to change it |\n| --- | --- | --- | --- | --- |\n".to_owned();
    for (name, (default, unit), at, change) in rows {
        let change = match change {
            Setting => "[the setting](configuration.md)".to_owned(),
            Builder(method) => format!("`EngineBuilder::{method}`"),
            Not => "—".to_owned(),
        };
        table.push_str(&format!("| `{name}` | {default} | {unit} | {at} | {change} |\n"));
    }
    table
}

#[test]
fn the_page_of_limits_says_what_the_constants_are() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/limits.md");
    let page = std::fs::read_to_string(&path).unwrap();
    let mut made = page.clone();
    for (name, rows) in [
        ("runs", runs()),
        ("requests", requests()),
        ("cryptography", cryptography()),
        ("loading", loading()),
        ("reports", reports()),
    ] {
        let (begin, end) = (format!("<!-- {name} -->\n"), format!("<!-- end of {name} -->"));
        let (before, rest) = made.split_once(&begin).unwrap_or_else(|| panic!("{begin}"));
        let (_, after) = rest.split_once(&end).unwrap_or_else(|| panic!("{end}"));
        made = format!("{before}{begin}{}{end}{after}", table(rows));
    }
    if page != made {
        let new = std::env::temp_dir().join("onevent-limits.md");
        std::fs::write(&new, made).unwrap();
        panic!("docs/limits.md is not what the constants say: copy {} over it", new.display());
    }
}
