//! What a subject is told, and what it answers: one JSON document on each line, in on stdin, out on stdout.

use serde::{Deserialize, Serialize};
use serde_json::Value;

/// What a subject is to do.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "do", rename_all = "snake_case")]
pub(crate) enum Order {
    /// One run over a connection with this metadata.
    Probe {
        /// `null`: none was ever written.
        metadata: Value,
    },
    /// Many runs, each over a connection with this metadata, so many at a time.
    Run {
        /// How many.
        runs: usize,
        /// How many wait for their answers at a time.
        callers: usize,
        /// What each caller waits before it calls again, in milliseconds.
        #[serde(default)]
        pause_ms: u64,
        /// What each finds.
        metadata: Value,
    },
}

/// What one run did, as far as everybody can tell it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Ran {
    /// `succeeded`, `rejected` or `failed`.
    pub(crate) outcome: String,
    /// Why it did not succeed.
    #[serde(default)]
    pub(crate) message: Option<String>,
    /// The connection's metadata after it.
    pub(crate) metadata: Value,
}

/// What many runs did.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub(crate) struct Batch {
    /// From the first start to the last end.
    pub(crate) wall_ms: f64,
    /// Of each run, from its call to its answer.
    pub(crate) latencies_ms: Vec<f64>,
    /// Runs that did not start, because there were too many.
    #[serde(default)]
    pub(crate) refused: usize,
    /// What the first run that did not succeed says.
    #[serde(default)]
    pub(crate) failure: Option<String>,
    /// The connection's metadata after the last run.
    pub(crate) metadata: Value,
    /// The CPU time of the process, all threads, until what ends after the last answer has ended. `None` where it does
    /// not say.
    #[serde(default)]
    pub(crate) cpu_ms: Option<f64>,
}

/// A subject's first line.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Ready {
    /// Names and versions of what it is made of.
    pub(crate) versions: Vec<(String, String)>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn orders_are_read_as_they_are_written() {
        let order = Order::Run { runs: 2, callers: 1, pause_ms: 0, metadata: Value::Null };
        let text = serde_json::to_string(&order).unwrap();
        assert_eq!(text, r#"{"do":"run","runs":2,"callers":1,"pause_ms":0,"metadata":null}"#);
        assert_eq!(serde_json::from_str::<Order>(&text).unwrap(), order);
    }
}
