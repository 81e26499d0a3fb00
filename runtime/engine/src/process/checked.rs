//! Holding what a child says against a schema, and what that costs its run.

use std::time::Duration;

use onevent_contract::SchemaCheck;
use serde_json::Value;

use crate::platform::ThreadCpuClock;

/// What came of holding a value against a schema.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Checked {
    /// Whether it conforms.
    pub conforms: bool,
    /// What finding that out took of this thread's CPU.
    pub cpu: Duration,
}

impl Checked {
    /// Holds a value against a schema. It may take a second or so: not for a thread that others wait for.
    #[must_use]
    pub fn of(schema: &dyn SchemaCheck, value: &Value) -> Self {
        let clock = ThreadCpuClock::of_this_thread();
        let now = || clock.and_then(ThreadCpuClock::read).unwrap_or_default();
        let before = now();
        let conforms = schema.violations(value).is_empty();
        Self { conforms, cpu: now().saturating_sub(before) }
    }
}
