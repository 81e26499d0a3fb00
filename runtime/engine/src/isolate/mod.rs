//! One isolate: made for one run on a thread, driven until it ends, dropped.

mod allocator;
mod array_buffers;
mod clock_reads;
mod describe;
mod entry;
mod execute;
mod facade;
mod heap;
mod interrupted;
mod job;
mod keeper;
mod kept;
mod loaded;
mod loader;
mod lost;
mod meter;
mod prewarm;
mod prewarmed;
mod runtime;
mod snapshots;
mod stop;
pub(crate) mod stopped_at;
#[cfg(test)]
mod tests;
mod threads;
mod watchdog;
mod workers;

pub(crate) use self::array_buffers::ArrayBufferBudget;
pub(crate) use self::execute::{LAST_WRITES, LATE_ANSWER, hangs};
pub(crate) use self::facade::COMMON_JS;
pub use self::heap::exit_when_out_of_memory;
pub(crate) use self::heap::{GRACE_BYTES, LONG_TURN, is_beyond};
pub(crate) use self::job::{
    Before, DescribeEnd, Described, Ended, ExecuteEnd, ExecuteJob, NotStarted, UnderWay,
};
pub(crate) use self::keeper::Alive;
pub(crate) use self::loader::{FunctionLoader, entry_specifier};
pub(crate) use self::lost::LostThreads;
pub use self::lost::{DEFAULT_MAX_LOST_THREADS, STOP_GRACE};
pub(crate) use self::meter::JobUsage;
pub(crate) use self::runtime::Interrupted;
pub(crate) use self::snapshots::{LAZY_SCRIPTS, SNAPSHOTS_DIGEST, Snapshot};
pub(crate) use self::stop::{Lost, StopOnDrop, StopReason, StopSignal};
pub(crate) use self::threads::{DescribeJob, IsolateThreads};
pub(crate) use self::watchdog::{Hanging, Watchdog, Watched};
pub(crate) use self::workers::STACK_BYTES;
