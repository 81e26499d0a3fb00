//! A process for each run.

use std::process::{Output, Stdio};
use std::sync::Arc;
use std::time::Duration;

use serde_json::Value;
use tokio::process::Command;

use crate::drive::{Called, drive};
use crate::failure::{Failure, Tried, While as _};
use crate::protocol::{Batch, Ran};

/// Makes the command of one run: in the project of that setting, over a connection with that metadata.
pub(crate) type Make = Arc<dyn Fn(usize, &Value) -> Command + Send + Sync>;
/// Reads what a run did from what its process said.
pub(crate) type Read = fn(&Output) -> Tried<Ran>;

/// What the number beside a workload counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Counts {
    /// Processes at a time.
    Callers,
    /// What the project holds; one process at a time.
    Project,
}

/// How it is started, and read.
#[derive(Clone)]
pub(crate) struct Commands {
    /// What it is made of.
    pub(crate) versions: Vec<(String, String)>,
    /// The command.
    pub(crate) make: Make,
    /// What it did.
    pub(crate) read: Read,
    /// What a setting is.
    pub(crate) counts: Counts,
    /// How many runs are in one process.
    pub(crate) runs_each: usize,
}

impl Commands {
    pub(super) fn versions(&self) -> &[(String, String)] {
        &self.versions
    }

    pub(super) async fn probe(&self, metadata: &Value) -> Tried<Ran> {
        self.once(1, metadata).await
    }

    pub(super) async fn run(&self, runs: usize, setting: usize, metadata: &Value) -> Tried<Batch> {
        let (commands, metadata) = (self.clone(), Arc::new(metadata.clone()));
        let call = move || {
            let (commands, metadata) = (commands.clone(), Arc::clone(&metadata));
            async move {
                match commands.once(setting, &metadata).await {
                    Ok(ran) => Called::Ran(ran),
                    Err(failure) => Called::Failed(failure.to_string()),
                }
            }
        };
        let callers = match self.counts {
            Counts::Callers => setting,
            Counts::Project => 1,
        };
        let mut batch = drive(runs, callers, Duration::ZERO, call).await;
        // A process with many runs in it: what one of them takes is a share.
        let each = self.runs_each;
        batch.latencies_ms =
            batch.latencies_ms.iter().flat_map(|ms| std::iter::repeat_n(ms / each as f64, each)).collect();
        Ok(batch)
    }

    async fn once(&self, setting: usize, metadata: &Value) -> Tried<Ran> {
        let mut command = (self.make)(setting, metadata);
        command.stdin(Stdio::null()).kill_on_drop(true);
        let output = command.output().await.trying("a process starts")?;
        (self.read)(&output)
    }
}

/// A process that prints what its run did.
pub(crate) fn printed(output: &Output) -> Tried<Ran> {
    let text = String::from_utf8_lossy(&output.stdout);
    serde_json::from_str(text.trim()).trying(format!("a process said `{text}`, {}", errors(output)))
}

/// What it complained about.
pub(crate) fn errors(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).trim().to_owned()
}

/// A process that says by its exit code whether all is well.
pub(crate) fn by_exit_code(output: &Output) -> Tried<Ran> {
    if output.status.success() {
        return Ok(Ran { outcome: "succeeded".to_owned(), message: None, metadata: Value::Null });
    }
    let said = String::from_utf8_lossy(&output.stdout);
    Err(Failure::new(format!("{}: {} {}", output.status, said.trim(), errors(output))))
}
