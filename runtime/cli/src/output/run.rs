//! One run for people: how it ended, what it did, what it used.

use std::path::{Component, Path};
use std::sync::Arc;

use onevent_contract::Timings;
use serde_json::Value;

use super::diff;
use super::frame::{self, Note};
use super::run_view::{ErrorView, HttpView, LogView, RunView, WarningView};
use super::style::{BAD, DIM, GOOD, NAME, WARN, clean, paint, took};
use onevent_app::{Location, read_text};

/// Where the code of an error's first frame is looked up.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Sources<'a> {
    /// The run is of now: the project's files are what ran.
    Project(&'a Path),
    /// The run is of the past: files may have changed, so only positions are shown.
    Changed,
}

/// The whole report.
pub(crate) fn render(run: &RunView, sources: Sources<'_>) -> String {
    let mut text = headline(run);
    if let Some(error) = &run.error {
        text.push_str(&error_frame(error, sources));
    }
    for line in effects(run).into_iter().chain(metadata(run)) {
        text.push_str(&format!("  {line}\n"));
    }
    for warning in &run.warnings {
        text.push_str(&warning_line(warning));
    }
    text.push_str(&format!("  {}\n", paint(DIM, &usage(run))));
    if let Some(timings) = &run.timings {
        text.push_str(&format!("  {}\n", paint(DIM, &timings_line(timings))));
    }
    text
}

/// A warning, indented like the other lines of a run.
pub(crate) fn warning_line(warning: &WarningView) -> String {
    let label = paint(WARN, &format!("warning[{}]", clean(&warning.code)));
    format!("  {label}: {}\n", indent(&clean(&warning.message), "    "))
}

fn headline(run: &RunView) -> String {
    let (mark, style) = match run.outcome.as_str() {
        "succeeded" => ("✓", GOOD),
        "stopped" => ("■", BAD),
        _ => ("✗", BAD),
    };
    let name = paint(NAME, &format!("{}/{}", clean(&run.integration), clean(&run.function)));
    let outcome = paint(style, &clean(&run.outcome));
    let mut about = vec![run.connection_id.clone(), run.environment.clone()];
    // A function is often named like its event; then the event says nothing new.
    if let Some(event) = run.event.as_ref().filter(|event| **event != run.function) {
        about.insert(0, event.clone());
    }
    if run.mode == "dry" {
        about.push("dry run".into());
    }
    if run.attempt > 1 {
        about.push(format!("attempt {}", run.attempt));
    }
    if let Some(caller) = &run.caller_run_id {
        about.push(format!("triggered by run {caller}"));
    }
    if let Some(deployment) = &run.deployment {
        about.push(format!("deployment {deployment}"));
    }
    if let Some(request) = &run.request_id {
        about.push(format!("request {request}"));
    }
    let about = paint(DIM, &clean(&about.join(" · ")));
    let mut text = format!("{} {name} {outcome}  {about}\n", paint(style, mark));
    if let Some(verdict) = &run.verdict {
        let said = if verdict.accepted { paint(GOOD, "accepted") } else { paint(BAD, "rejected") };
        // The error below says the same words in its title.
        let said_below = run.error.as_ref().map(|error| error.message.as_str());
        let why = verdict.message.as_deref().filter(|message| Some(*message) != said_below);
        let why = why.map(|message| format!(": {}", indent(&clean(message), "    ")));
        text.push_str(&format!("  connection {said}{}\n", why.unwrap_or_default()));
    }
    text
}

fn error_frame(error: &ErrorView, sources: Sources<'_>) -> String {
    let place = error.frames.first().map(|frame| place(frame, sources));
    let callers = error.frames.iter().skip(1).map(|frame| {
        let function = frame.function.as_deref().unwrap_or("<anonymous>");
        Note::Info(format!("called by {function} at {}:{}:{}", frame.file, frame.line, frame.column))
    });
    let hint = error.hint.clone().map(Note::Help);
    let notes: Vec<Note> = payload(error).into_iter().chain(callers).chain(hint).collect();
    frame::error(&error.code, &error.message, place.as_ref(), &notes)
}

/// What came with the error, such as the body that a provider answered with, where it says more than the message.
fn payload(error: &ErrorView) -> Option<Note> {
    let payload = error.payload.as_ref()?;
    let says_more = match payload {
        Value::Null => false,
        Value::String(text) => *text != error.message && !text.is_empty(),
        Value::Object(fields) => fields.iter().any(|(name, value)| match name.as_str() {
            "message" => *value != error.message.as_str(),
            "code" => *value != error.code.as_str(),
            // The class of an error that the SDK made itself.
            "name" => !value.is_string(),
            _ => true,
        }),
        _ => true,
    };
    says_more.then(|| Note::Info(format!("payload: {}", diff::short(payload))))
}

fn place(frame: &onevent_contract::Frame, sources: Sources<'_>) -> Location {
    let text = match sources {
        Sources::Project(project) => source(project, &frame.file),
        Sources::Changed => None,
    };
    match text {
        Some(text) => Location::of_position(&frame.file, &text, frame.line, frame.column),
        None => Location::without_text(&frame.file, frame.line as usize, frame.column as usize),
    }
}

/// The largest file whose code is shown: what a source file may have.
const MAX_SHOWN_BYTES: u64 = 4 * 1024 * 1024;

/// The text of a file inside the project. A frame's file comes out of the run: it may not name any other file.
fn source(project: &Path, file: &str) -> Option<Arc<str>> {
    let relative = Path::new(file);
    if !relative.components().all(|part| matches!(part, Component::Normal(_))) {
        return None;
    }
    let path = project.join(relative).canonicalize().ok()?;
    if !path.starts_with(project.canonicalize().ok()?) {
        return None;
    }
    read_text(&path, MAX_SHOWN_BYTES).ok().map(Into::into)
}

/// Requests and log lines, in the order in which they happened.
fn effects(run: &RunView) -> Vec<String> {
    let requests = run.http.iter().map(|http| (http.seq, request_line(http)));
    let logs = run.logs.iter().map(|log| (log.seq, log_line(log)));
    let mut lines: Vec<(u64, String)> = requests.chain(logs).collect();
    lines.sort_by_key(|(seq, _)| *seq);
    lines.into_iter().map(|(_, line)| line).collect()
}

fn request_line(http: &HttpView) -> String {
    let (answer, style) = match (http.status, &http.error) {
        _ if http.pending => ("pending".to_owned(), WARN),
        (Some(status @ 200..=299), _) => (status.to_string(), GOOD),
        (Some(status), _) => (status.to_string(), BAD),
        (None, error) => (error.clone().unwrap_or_else(|| "no answer".into()), BAD),
    };
    let answer = paint(style, &format!("[{}]", clean(&answer)));
    let attempt = if http.attempt > 1 { format!(" attempt {}", http.attempt) } else { String::new() };
    let about = paint(DIM, &format!("{}{attempt}", took(http.duration_ms)));
    format!("http {answer} {} {}  {about}", clean(&http.method), clean(&http.url))
}

fn log_line(log: &LogView) -> String {
    let style = match log.level.as_str() {
        "error" => BAD,
        "warn" => WARN,
        "debug" => DIM,
        _ => NAME,
    };
    let meta = log.meta.as_ref().map(|meta| format!("  {}", paint(DIM, &diff::short(meta))));
    let message = indent(&clean(&log.message), "    ");
    format!("{} {message}{}", paint(style, &clean(&log.level)), meta.unwrap_or_default())
}

fn metadata(run: &RunView) -> Vec<String> {
    let metadata = &run.metadata;
    let changes = diff::lines(&metadata.before, &metadata.after);
    if changes.is_empty() && metadata.writes.is_empty() {
        return Vec::new();
    }
    let kept = if metadata.persisted { "stored" } else { "not stored" };
    let state = if changes.is_empty() { "written, no difference" } else { kept };
    let mut lines = vec![format!("metadata {}", paint(DIM, state))];
    lines.extend(changes.into_iter().map(|line| format!("  {line}")));
    lines
}

fn usage(run: &RunView) -> String {
    if run.usage.wall_ms == 0.0 {
        return "did not start".into();
    }
    let heap = bytesize::ByteSize(run.usage.heap_peak_bytes).display().iec();
    let used = format!("{} wall, {} CPU, {heap} heap", took(run.usage.wall_ms), took(run.usage.cpu_ms));
    // A dry run is not kept, so nothing can be asked with its id.
    if run.mode == "dry" { used } else { format!("{used} · run {}", run.run_id) }
}

/// Where the time went, in the order in which it did.
pub(crate) fn timings_line(timings: &Timings) -> String {
    let phases = [
        ("queue", timings.queue),
        ("isolate", timings.isolate),
        ("load", timings.load),
        ("exec", timings.exec),
        ("host", timings.host),
        ("teardown", timings.teardown),
    ];
    let phases = phases.map(|(name, time)| format!("{name} {}", took(time.as_secs_f64() * 1000.0)));
    let when = if timings.prewarmed { " (prewarmed)" } else { "" };
    format!("{}{when}", phases.join(", "))
}

/// A text of several lines whose later lines are indented.
fn indent(text: &str, by: &str) -> String {
    text.trim_end().replace('\n', &format!("\n{by}"))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn report() -> Value {
        json!({
            "schema_version": 1, "run_id": "0198", "function": "validate", "integration": "salesforce",
            "event": "validate-connection", "operation": "creation", "connection_id": "acme",
            "environment": "dev", "mode": "dry", "attempt": 1, "started_at": "2026-01-01T00:00:00Z",
            "outcome": "rejected", "verdict": {"accepted": false, "message": "org\u{1b}[2J mismatch"},
            "error": {
                "type": "action_script_runtime_error", "code": "action_script_runtime_error",
                "message": "org\u{1b}[2J mismatch", "payload": {"expected": "00D1"}, "status": 500,
                "frames": [{"file": "a.ts", "line": 2, "column": 7}, {"file": "b.ts", "line": 1, "column": 1, "function": "f"}],
            },
            "warnings": [{"code": "metadata_keys_dropped", "message": "dropped `x`"}],
            "metadata": {"before": {"x": 1}, "after": {"y": 2}, "persisted": false, "writes": [{"seq": 2, "kind": "set"}]},
            "http": [
                {"seq": 1, "method": "GET", "url": "http://h/a", "status": 200, "attempt": 1, "duration_ms": 12.0},
                {"seq": 3, "method": "GET", "url": "http://h/b", "status": null, "error": "ECONNREFUSED", "attempt": 2, "duration_ms": 1.0},
                {"seq": 4, "method": "POST", "url": "http://h/c", "status": null, "pending": true, "attempt": 1, "duration_ms": 7.0},
            ],
            "logs": [{"seq": 0, "level": "info", "message": "one\ntwo", "meta": {"a": 1}, "at": "2026-01-01T00:00:00Z"}],
            "usage": {"wall_ms": 83.0, "cpu_ms": 4.0, "heap_peak_bytes": 8_388_608},
            "timings": {
                "prewarmed": false, "queue_ms": 0.0, "isolate_ms": 3.0, "load_ms": 1.25, "exec_ms": 2.0, "host_ms": 70.0,
                "teardown_ms": 0.5,
            },
        })
    }

    #[test]
    fn a_run_reads_from_top_to_bottom() {
        let project = tempfile::tempdir().unwrap();
        std::fs::write(project.path().join("a.ts"), "const a = 1;\nthrow org;\n").unwrap();
        let view = RunView::from_document(&report()).unwrap();
        let shown = render(&view, Sources::Project(project.path()));
        assert!(!shown.contains("\u{1b}[2J"));
        let shown = anstream::adapter::strip_str(&shown).to_string();
        let order = [
            "✗ salesforce/validate rejected  validate-connection · acme · dev · dry run",
            "  connection rejected\n",
            "error[action_script_runtime_error]: org\\u{1b}[2J mismatch",
            "a.ts:2:7",
            "throw org;",
            "payload: {\"expected\":\"00D1\"}",
            "called by f at b.ts:1:1",
            "  info one\n    two  {\"a\":1}",
            "  http [200] GET http://h/a  12ms",
            "  http [ECONNREFUSED] GET http://h/b  1ms attempt 2",
            "  http [pending] POST http://h/c  7ms",
            "  metadata not stored\n    - x: 1\n    + y: 2",
            "  warning[metadata_keys_dropped]: dropped `x`",
            "  83ms wall, 4ms CPU, 8.0 MiB heap",
            "  queue 0.0ms, isolate 3ms, load 1ms, exec 2ms, host 70ms, teardown 0.5ms",
        ];
        let mut from = 0;
        for part in order {
            let at = shown[from..]
                .find(part)
                .unwrap_or_else(|| panic!("{part:?} is missing after {from} in\n{shown}"));
            from += at;
        }
    }

    #[test]
    fn a_frame_cannot_name_a_file_outside_the_project() {
        let outer = tempfile::tempdir().unwrap();
        let project = outer.path().join("project");
        std::fs::create_dir(&project).unwrap();
        std::fs::write(outer.path().join("secret"), "s").unwrap();
        std::os::unix::fs::symlink(outer.path().join("secret"), project.join("link")).unwrap();
        std::fs::write(project.join("own.ts"), "x").unwrap();
        for file in ["../secret", "link", "/etc/hostname"] {
            assert_eq!(source(&project, file), None, "{file}");
        }
        assert!(source(&project, "own.ts").is_some());
    }

    #[test]
    fn a_document_that_is_no_report_is_our_fault() {
        assert_eq!(RunView::from_document(&json!({"run_id": 1})).unwrap_err().code, "internal_error");
    }
}
