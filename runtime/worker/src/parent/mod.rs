//! The parent's side: children, kept and given work.

mod allowed;
mod checks;
mod child;
mod death;
mod nursery;
mod pool;
mod trial;
mod work;

pub use self::pool::{DEFAULT_MAX_PROCESSES, PoolOptions, WorkerPool};
pub use self::trial::Doors;
