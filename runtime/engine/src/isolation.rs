//! Where the runs of functions are executed.

use std::sync::Arc;

use onevent_contract::FunctionKey;
use strum::{Display, EnumString, VariantNames};

/// Where the runs of each function are executed.
pub type IsolationOf = Arc<dyn Fn(&FunctionKey) -> Isolation + Send + Sync>;

/// Where the runs of functions are executed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Display, EnumString, VariantNames)]
#[strum(serialize_all = "lowercase")]
#[non_exhaustive]
pub enum Isolation {
    /// On threads of this process, held apart as the [`Realm`](crate::Realm) says.
    #[default]
    Thread,
    /// Each in a child process that has nothing but V8, one run at a time. The realm is an isolate for each run.
    Process,
}
