//! One isolate: made for one job on a thread of its own, driven until it ends, dropped.

mod array_buffers;
mod facade;
mod heap;
mod loaded;
mod loader;
mod runtime;
mod stop;
#[cfg(test)]
mod tests;
mod thread;
mod watchdog;

pub(crate) use self::loaded::LoadedFunctions;
pub(crate) use self::runtime::Interrupted;
pub(crate) use self::stop::{StopReason, StopSignal};
pub(crate) use self::thread::{
    Admission, Before, DescribeEnd, ExecuteEnd, ExecuteJob, IsolateThreads, NotStarted,
};
pub(crate) use self::watchdog::Watchdog;
