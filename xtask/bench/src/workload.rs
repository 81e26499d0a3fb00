//! What is measured: the work, and what shows that it was done.

use clap::ValueEnum;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::documents::{LABELLED, ORGANIZATION, TOKEN, import};
use crate::ledger::Ledger;

/// One of the functions that everybody runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Function {
    /// `exec` is empty.
    Empty,
    /// The documented validation of Salesforce.
    Validation,
    /// 2,000 lines of schemas.
    Large,
    /// A megabyte of JSON.
    Records,
}

impl Function {
    /// All of them, in the order of their workloads.
    pub(crate) const ALL: [Self; 4] = [Self::Empty, Self::Validation, Self::Large, Self::Records];

    /// The file's name, which is the function's.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Empty => "empty",
            Self::Validation => "validate-connection",
            Self::Large => "large",
            Self::Records => "records",
        }
    }

    /// The requests that each run makes.
    fn requests(self) -> Vec<String> {
        let line = |method, path, body: &str| {
            Ledger::line(method, path, &format!("Bearer {TOKEN}"), body.as_bytes())
        };
        match self {
            Self::Empty => Vec::new(),
            Self::Validation => vec![line("GET", "/services/oauth2/userinfo", "")],
            Self::Large => vec![line("GET", "/fields", "")],
            Self::Records => vec![line("GET", "/records", ""), line("POST", "/import", &import())],
        }
    }
}

/// One measurement.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, ValueEnum, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Workload {
    /// An empty function.
    W1,
    /// The documented validation, provider at 0 ms.
    W2,
    /// The documented validation, provider at 50 ms, 200 at a time.
    W3,
    /// 2,000 lines with schemas of 200 fields.
    W4,
    /// 1 MB of JSON parsed, mapped, written.
    W5,
    /// A dry run as a process, in projects of 1, 3 and 300 functions.
    W6,
    /// `POST /connections` on the server, to its answer.
    W7,
    /// The tests of a project.
    W8,
    /// W2 from 1 to 1,000 callers.
    Curve,
    /// Memory: 200 runs wait, end, and a minute passes.
    Waiting,
    /// Memory: 10,000 runs.
    Slope,
}

impl Workload {
    /// What it is, in a few words.
    pub(crate) fn title(self) -> &'static str {
        match self {
            Self::W1 => "an empty function",
            Self::W2 => "the documented validation, provider at 0 ms",
            Self::W3 => "the documented validation, provider at 50 ms",
            Self::W4 => "2,000 lines with zod schemas of 200 fields",
            Self::W5 => "1 MB of JSON parsed, mapped and written",
            Self::W6 => "a dry run as a process, by the functions in its project",
            Self::W7 => "`POST /connections` on the server, to its answer",
            Self::W8 => "the tests of a project, for each test",
            Self::Curve => "W2 from 1 to 1,000 callers",
            Self::Waiting => "memory of 200 runs that wait for the provider",
            Self::Slope => "memory over 10,000 runs",
        }
    }

    /// What runs.
    pub(crate) fn function(self) -> Function {
        match self {
            Self::W1 | Self::W8 => Function::Empty,
            Self::W2 | Self::W3 | Self::W6 | Self::W7 | Self::Curve | Self::Waiting | Self::Slope => {
                Function::Validation
            }
            Self::W4 => Function::Large,
            Self::W5 => Function::Records,
        }
    }

    /// The metadata that each run finds.
    pub(crate) fn before(self) -> Value {
        match self {
            Self::W7 | Self::W8 => Value::Null,
            _ => json!({ "organizationId": ORGANIZATION, "webhookId": "wh_1" }),
        }
    }

    /// The metadata that each run leaves.
    pub(crate) fn after(self) -> Value {
        match self {
            Self::W4 => json!({ "fields": 2 * LABELLED }),
            Self::W7 => json!({ "organizationId": ORGANIZATION }),
            _ => self.before(),
        }
    }

    /// The requests that each run makes.
    pub(crate) fn requests(self) -> Vec<String> {
        self.function().requests()
    }

    /// How long the provider takes for each answer.
    pub(crate) fn delay_ms(self) -> u64 {
        if self == Self::W3 { 50 } else { 0 }
    }

    /// What its settings count.
    pub(crate) fn setting(self) -> &'static str {
        match self {
            Self::W6 => "functions",
            Self::W8 => "",
            _ => "callers",
        }
    }

    /// One measurement each: how many wait for answers at a time, or how large the project is.
    pub(crate) fn settings(self) -> &'static [usize] {
        match self {
            Self::W1 | Self::W2 | Self::W7 => &[1, 16, 200],
            Self::W3 | Self::Waiting => &[200],
            Self::W4 | Self::W5 => &[1, 16],
            Self::W6 => &[1, 3, 300],
            Self::W8 => &[1],
            Self::Slope => &[16],
            Self::Curve => &[1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1_000],
        }
    }

    /// Runs of one round, by whether it is for a quick look.
    pub(crate) fn runs(self, setting: usize, quick: bool) -> usize {
        let full = match self {
            Self::W1 | Self::W2 | Self::W7 => 160.max(setting),
            Self::W3 => 400,
            Self::W4 => 48,
            Self::W5 => 32,
            Self::W6 => 12,
            Self::W8 => 1,
            Self::Curve => 160.max(setting),
            Self::Waiting => setting,
            Self::Slope => 10_000,
        };
        if quick { (full / 4).max(setting.min(200)) } else { full }
    }

    /// Rounds, where so many were asked for.
    pub(crate) fn rounds(self, asked: usize) -> usize {
        match self {
            // A round takes minutes.
            Self::W8 | Self::Curve => asked.div_ceil(2),
            Self::Waiting => asked.min(2),
            Self::Slope => 1,
            _ => asked,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_caller_has_a_run() {
        let counting_callers = Workload::value_variants().iter().filter(|one| one.setting() == "callers");
        for workload in counting_callers {
            for callers in workload.settings() {
                assert!(workload.runs(*callers, false) >= *callers, "{workload:?}");
            }
        }
    }

    #[test]
    fn what_a_run_leaves_differs_where_it_writes() {
        let writes = |workload: &&Workload| workload.before() != workload.after();
        let writing: Vec<_> = Workload::value_variants().iter().filter(writes).collect();
        assert_eq!(writing, [&Workload::W4, &Workload::W7]);
    }
}
