//! What the engine needs of whoever keeps child processes.

use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use onevent_contract::{CallContext, Host, SchemaCheck};
use thiserror::Error;

use super::end::ChildEnd;
use super::order::{DescribeOrder, RunOrder};

/// Comes to its end when the work is to stop.
pub type StopAsked = Pin<Box<dyn Future<Output = ()> + Send>>;

/// A run for a child, and what stays with the parent.
pub struct RunElsewhere {
    /// What the child is asked to do.
    pub order: RunOrder,
    /// What answers its calls.
    pub host: Arc<dyn Host>,
    /// For whom they are made, and where effects are told of.
    pub call: CallContext,
    /// What metadata has to be like.
    pub schema: Option<Arc<dyn SchemaCheck>>,
    /// When it is to stop.
    pub stop: StopAsked,
}

/// Names one load of a project: what is described for it is described apart from all else.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct LoadNumber(pub(super) u64);

/// A description for a child.
pub struct DescribeElsewhere {
    /// What the child is asked to do.
    pub order: DescribeOrder,
    /// The load that it is for.
    pub load: LoadNumber,
    /// When it is to stop.
    pub stop: StopAsked,
}

/// Why a child gave no end. It is gone, and whatever it held of the run with it.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum ChildFailure {
    /// There is none: the run has not begun.
    #[error("no child process could be started: {message}")]
    NotStarted {
        /// In words.
        message: String,
    },
    /// It died.
    #[error("{message}")]
    Crashed {
        /// How, in words.
        message: String,
    },
    /// It used up the memory that a child may have.
    #[error("the child process ran out of memory")]
    OutOfMemory,
    /// It was killed: it had not stopped at the wall-clock limit.
    #[error("the child process did not stop at its limit, and was killed")]
    Overdue,
    /// It was killed: what it asked for took the parent more CPU time than its run has.
    #[error("the checks of what the child process wrote used more CPU time than its limit")]
    Costly {
        /// How much.
        used: Duration,
    },
    /// It was stopped as asked.
    #[error("the child process was stopped")]
    Stopped,
    /// The host failed by its own fault.
    #[error("{message}")]
    Host {
        /// In words.
        message: String,
    },
}

/// Whoever keeps child processes. Each works for one run at a time, and never for two environments.
#[async_trait]
pub trait Processes: Send + Sync {
    /// Runs a function in a child. Dropping the future ends the child.
    ///
    /// # Errors
    /// [`ChildFailure`].
    async fn run(&self, run: RunElsewhere) -> Result<ChildEnd, ChildFailure>;

    /// Evaluates a function's modules in a child, and asks what they declare.
    ///
    /// # Errors
    /// [`ChildFailure`].
    async fn describe(&self, describe: DescribeElsewhere) -> Result<ChildEnd, ChildFailure>;
}
