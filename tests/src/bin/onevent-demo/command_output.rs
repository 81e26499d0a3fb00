//! What one command answered, and how it is compared with what the story tells.

use std::time::Duration;

use serde::Deserialize;
use serde_json::{Map, Value};

/// What is not as told.
#[derive(Debug)]
pub(crate) struct Mismatch {
    /// What should have been, in a sentence.
    pub(crate) told: String,
    /// What was, where a command answered.
    pub(crate) answer: Option<Box<CommandOutput>>,
}

impl Mismatch {
    /// Something failed before any command answered.
    pub(crate) fn new(told: impl Into<String>) -> Self {
        Self { told: told.into(), answer: None }
    }
}

/// The result of a check.
pub(crate) type Told<T = ()> = Result<T, Mismatch>;

/// One command's end.
#[derive(Debug, Clone)]
pub(crate) struct CommandOutput {
    /// The command without the flags that every command has.
    pub(crate) command: String,
    /// The exit code; `None` after a signal.
    pub(crate) exit: Option<i32>,
    /// Standard output, as JSON.
    pub(crate) document: Value,
    /// Standard output as it came.
    pub(crate) stdout: String,
    /// Standard error.
    pub(crate) stderr: String,
    /// The process, from start to end.
    pub(crate) took: Duration,
}

impl CommandOutput {
    /// Fails with `told` unless it `holds`.
    pub(crate) fn must(&self, holds: bool, told: impl Into<String>) -> Told {
        if holds { Ok(()) } else { Err(self.mismatch(told)) }
    }

    /// Fails unless the process ended with this code.
    pub(crate) fn must_exit(&self, code: i32) -> Told {
        self.must(self.exit == Some(code), format!("`{}` exits with {code}", self.command))
    }

    /// The report of a function's run, wherever in the document it is.
    pub(crate) fn report(&self, function: &str) -> Told<Report> {
        let found = self.reports()?.into_iter().find(|report| report.function == function);
        found.ok_or_else(|| self.mismatch(format!("`{}` reports a run of {function}", self.command)))
    }

    /// Every run report in the document, in order.
    pub(crate) fn reports(&self) -> Told<Vec<Report>> {
        let mut found = Vec::new();
        walk(&self.document, &mut |object| {
            if object.contains_key("run_id") && object.contains_key("usage") {
                found.push(Value::Object(object.clone()));
            }
        });
        let read = |report| serde_json::from_value(report).map_err(|error| self.mismatch(error.to_string()));
        found.into_iter().map(read).collect()
    }

    /// The first value of this name in the document, wherever it is.
    pub(crate) fn field(&self, name: &str) -> Option<Value> {
        let mut found = None;
        walk(&self.document, &mut |object| {
            if found.is_none() {
                found = object.get(name).cloned();
            }
        });
        found
    }

    pub(crate) fn mismatch(&self, told: impl Into<String>) -> Mismatch {
        Mismatch { told: told.into(), answer: Some(Box::new(self.clone())) }
    }
}

fn walk(value: &Value, visit: &mut impl FnMut(&Map<String, Value>)) {
    match value {
        Value::Object(object) => {
            visit(object);
            object.values().for_each(|inner| walk(inner, visit));
        }
        Value::Array(items) => items.iter().for_each(|inner| walk(inner, visit)),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

/// What the demo reads of a run report (`docs/schemas/run-report.json`).
#[derive(Debug, Clone, Deserialize)]
pub(crate) struct Report {
    pub(crate) function: String,
    pub(crate) outcome: String,
    pub(crate) mode: String,
    pub(crate) verdict: Option<Verdict>,
    pub(crate) error: Option<RunError>,
    pub(crate) warnings: Vec<Warning>,
    pub(crate) metadata: Metadata,
    pub(crate) http: Vec<Http>,
    pub(crate) usage: Usage,
}

impl Report {
    /// Whether this is an accepting validation.
    pub(crate) fn accepted(&self) -> bool {
        self.verdict.as_ref().is_some_and(|verdict| verdict.accepted)
    }

    /// The warning about dropped keys, if exactly these were dropped.
    pub(crate) fn dropped(&self, keys: &[&str]) -> bool {
        self.warnings.iter().any(|warning| warning.code == "metadata_keys_dropped" && warning.keys == keys)
    }
}

#[derive(Debug, Clone, Deserialize)]
pub(crate) struct Verdict {
    pub(crate) accepted: bool,
    pub(crate) message: Option<String>,
}

#[derive(Debug, Clone, Deserialize)]
pub(crate) struct RunError {
    pub(crate) message: String,
    pub(crate) frames: Vec<Frame>,
}

#[derive(Debug, Clone, Deserialize)]
pub(crate) struct Frame {
    pub(crate) file: String,
    pub(crate) line: u32,
    pub(crate) column: u32,
}

#[derive(Debug, Clone, Deserialize)]
pub(crate) struct Warning {
    pub(crate) code: String,
    pub(crate) message: String,
    #[serde(default)]
    pub(crate) keys: Vec<String>,
    #[serde(default)]
    pub(crate) written_by: Option<String>,
}

#[derive(Debug, Clone, Deserialize)]
pub(crate) struct Metadata {
    pub(crate) before: Value,
    pub(crate) after: Value,
    pub(crate) persisted: bool,
}

#[derive(Debug, Clone, Deserialize)]
pub(crate) struct Http {
    pub(crate) method: String,
    pub(crate) url: String,
    pub(crate) status: Option<u16>,
    pub(crate) duration_ms: f64,
}

#[derive(Debug, Clone, Copy, Deserialize)]
pub(crate) struct Usage {
    pub(crate) wall_ms: f64,
    pub(crate) cpu_ms: f64,
    pub(crate) heap_peak_bytes: u64,
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn answer(document: Value) -> CommandOutput {
        CommandOutput {
            command: "onevent".to_owned(),
            exit: Some(0),
            document,
            stdout: String::new(),
            stderr: String::new(),
            took: Duration::ZERO,
        }
    }

    #[test]
    fn reports_are_found_wherever_they_are() {
        let report = json!({
            "run_id": "1", "function": "f", "outcome": "succeeded", "mode": "live", "verdict": null, "error": null,
            "warnings": [{"code": "metadata_keys_dropped", "message": "m", "keys": ["a"], "written_by": "user"}],
            "metadata": {"before": null, "after": {}, "persisted": true}, "http": [],
            "usage": {"wall_ms": 1.0, "cpu_ms": 0.5, "heap_peak_bytes": 1},
        });
        let answer = answer(json!({"schema_version": 1, "runs": [report]}));
        let found = answer.report("f").unwrap();
        assert!(found.dropped(&["a"]) && !found.dropped(&["b"]) && !found.accepted());
        assert!(answer.report("g").is_err());
        assert_eq!(answer.field("persisted"), Some(json!(true)));
    }
}
