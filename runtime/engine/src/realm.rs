//! What holds the runs of functions apart.

use std::sync::Arc;

use onevent_contract::FunctionKey;
use strum::{Display, EnumString, VariantNames};

/// What holds the runs of functions apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Display, EnumString, VariantNames)]
#[strum(serialize_all = "lowercase")]
#[non_exhaustive]
pub enum Realm {
    /// Every run has a V8 isolate of its own, fresh, with its own heap.
    #[default]
    Isolate,
    /// Runs of one deployment and environment share warm isolates, with the SDK and zod in a frozen realm; each has a realm
    /// of its own beside it. For code that is trusted equally: one run's memory is a language's rule away from another's,
    /// and a run that computes, or fills the heap, is in the way of the others of its isolate.
    Shared,
}

/// The realm of each function.
pub type RealmOf = Arc<dyn Fn(&FunctionKey) -> Realm + Send + Sync>;
