//! One isolate: made for one run on a thread, driven until it ends, dropped.

mod array_buffers;
mod clock_reads;
mod entry;
mod execute;
mod facade;
mod heap;
mod job;
mod keeper;
mod loaded;
mod loader;
mod meter;
mod prewarm;
mod prewarmed;
mod runtime;
mod snapshots;
mod stop;
#[cfg(test)]
mod tests;
mod threads;
mod watchdog;
mod workers;

pub(crate) use self::job::{Before, DescribeEnd, ExecuteEnd, ExecuteJob, NotStarted, UnderWay};
pub(crate) use self::runtime::Interrupted;
pub(crate) use self::stop::{StopReason, StopSignal};
pub(crate) use self::threads::IsolateThreads;
pub(crate) use self::watchdog::Watchdog;
