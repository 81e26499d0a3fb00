//! What a function remembers from run to run.

use serde::{Deserialize, Serialize};

use crate::JsonObject;
use crate::encoding::json;

/// A stored checkpoint: flat, with the version that a write names.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Checkpoint {
    /// Texts, numbers and booleans; `None` where there is none, or it was cleared.
    #[serde(with = "json")]
    pub value: Option<JsonObject>,
    /// Grows with every write; 0 where there never was one.
    pub version: u64,
}
