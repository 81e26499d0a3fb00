//! How much of what keeps a child has to hold.

use strum::{Display, EnumString, VariantNames};

/// How much of what keeps a child has to hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Display, EnumString, VariantNames)]
#[strum(serialize_all = "lowercase")]
#[non_exhaustive]
pub enum Require {
    /// What this machine has.
    #[default]
    Available,
    /// Every [`Layer`](crate::Layer) fully: without one, nothing runs in a child.
    Full,
}
