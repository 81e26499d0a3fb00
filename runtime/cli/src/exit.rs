//! What the process's exit code says.

use onevent_contract::{Outcome, RunReport};

/// The exit code of `onevent`. Scripts rely on these numbers: a number never changes its meaning.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub(crate) enum ExitCode {
    /// Done; a validation accepted.
    Ok = 0,
    /// A function failed (a setup or cleanup function only under `--strict`), or something named does not exist.
    Failed = 1,
    /// The command line or the environment is wrong; nothing was started.
    Usage = 2,
    /// A function said no with an `ActionError`.
    Rejected = 3,
    /// A limit stopped a function.
    Stopped = 4,
    /// A schema was violated: a function let a violation of its metadata schema escape, or `--validate` asked for it.
    InvalidMetadata = 5,
    /// The project, its `onevent.toml` or the function that was needed could not be loaded, or a check found an error.
    Project = 10,
    /// onevent itself failed: its store, or the machine. The connection is as before.
    Internal = 12,
    /// The work was done; its answer could not be written, or not all of it could be recorded.
    Unrecorded = 13,
    /// A server lost threads to code that cannot be stopped, and has to be started again.
    ThreadsLost = 14,
    /// Ctrl-C: the run was stopped.
    Interrupted = 130,
    /// SIGTERM: the run was stopped.
    Terminated = 143,
}

impl ExitCode {
    /// Every code, in the order of the help.
    pub(crate) const ALL: [ExitCode; 12] = [
        Self::Ok,
        Self::Failed,
        Self::Usage,
        Self::Rejected,
        Self::Stopped,
        Self::InvalidMetadata,
        Self::Project,
        Self::Internal,
        Self::Unrecorded,
        Self::ThreadsLost,
        Self::Interrupted,
        Self::Terminated,
    ];

    /// What it means, for the help and the documentation.
    pub(crate) fn meaning(self) -> &'static str {
        match self {
            Self::Ok => "done; a validation accepted the connection",
            Self::Failed => {
                "a function failed (setup and cleanup: under --strict), or something named does not exist"
            }
            Self::Usage => "wrong command line or environment; nothing was started",
            Self::Rejected => "a function rejected with an ActionError",
            Self::Stopped => "a limit stopped a function",
            Self::InvalidMetadata => {
                "metadata violates the function's schema, or input or output does under --validate"
            }
            Self::Project => {
                "the project, onevent.toml or a function could not be loaded, or a check found an error"
            }
            Self::Internal => "onevent itself failed (database, machine); the connection is as before",
            Self::Unrecorded => {
                "the work was done, but its answer could not be written or not all of it recorded"
            }
            Self::ThreadsLost => {
                "a server lost threads to code that cannot be stopped, and has to be started again"
            }
            Self::Interrupted => "Ctrl-C; the run was stopped",
            Self::Terminated => "SIGTERM; the run was stopped",
        }
    }

    /// The number.
    pub(crate) fn number(self) -> u8 {
        self as u8
    }

    /// The code for how one run ended.
    pub(crate) fn of_run(report: &RunReport) -> Self {
        if report.violates_schema() {
            return Self::InvalidMetadata;
        }
        match report.outcome {
            Outcome::Succeeded => Self::Ok,
            Outcome::Rejected => Self::Rejected,
            Outcome::Failed => Self::Failed,
            Outcome::Stopped => Self::Stopped,
            // `Outcome` may grow; what this program does not know it cannot call the function's fault.
            _ => Self::Internal,
        }
    }

    /// The section of the help that lists every code.
    pub(crate) fn help() -> String {
        let mut text = String::from("Exit codes:\n");
        for code in Self::ALL {
            text.push_str(&format!("  {:>3}  {}\n", code.number(), code.meaning()));
        }
        text
    }
}
