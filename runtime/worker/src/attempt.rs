//! What a child may not do, tried out: so that what is said of the layers is not only what the kernel promised.

use serde::{Deserialize, Serialize};
use strum::{Display, EnumString, VariantArray};

/// Something that no child may do.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, Display, EnumString, VariantArray,
)]
#[serde(rename_all = "snake_case")]
#[strum(serialize_all = "snake_case")]
#[non_exhaustive]
pub enum Attempt {
    /// Read a file that everybody may read.
    ReadFile,
    /// Read the environment of its parent, which may hold secrets.
    ReadEnvironment,
    /// Make a file.
    WriteFile,
    /// Listen for TCP.
    Tcp,
    /// Open a socket for UDP.
    Udp,
    /// Open a socket of this machine.
    Unix,
    /// Become another program.
    Execute,
    /// Make another process.
    Fork,
    /// Let itself be traced.
    Trace,
    /// Look for its parent by a signal.
    Signal,
}

/// What became of an attempt.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Display)]
#[serde(rename_all = "snake_case")]
#[strum(serialize_all = "snake_case")]
#[non_exhaustive]
pub enum Attempted {
    /// It was refused, or ended the child.
    Refused,
    /// It worked.
    Worked,
}
