//! Shared isolates, the operator's choice for code that he trusts equally: warm isolates, with the SDK and zod in a frozen
//! realm that all runs share, and a bare realm for each run, several at a time.
//!
//! What holds the runs apart is JavaScript's own boundary between realms, and not V8's between isolates.

mod code_caches;
mod context;
mod execution;
mod globals;
mod imports;
mod load;
mod loader;
mod modules;
mod pool;
mod realm;
mod rejections;
mod run;
mod sent;
mod shared_isolate;
mod synthetic;
mod turns;
mod worker;

pub(crate) use self::pool::{SharedIsolates, SharedKey};
