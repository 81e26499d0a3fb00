//! What keeps a child from everything but its work, layer by layer.

use serde::{Deserialize, Serialize};
use strum::{Display, VariantArray};

/// One layer around a child.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, Display, VariantArray)]
#[serde(rename_all = "snake_case")]
#[strum(serialize_all = "snake_case")]
#[non_exhaustive]
pub enum Layer {
    /// It has no environment variables.
    Environment,
    /// It has one descriptor: the socket to its parent. Standard output and error lead nowhere.
    Descriptors,
    /// The kernel bounds its memory and its descriptors, and writes no core dump.
    Limits,
    /// It is nobody, where its parent is root.
    User,
    /// It gains no privileges by what it executes, and no other process of its user may look into it.
    Privileges,
    /// The kernel ends it with its parent.
    ParentDeath,
    /// Landlock: no files, no TCP, no signals and no abstract sockets to others.
    Landlock,
    /// seccomp: the system calls that V8 needs to compute, and no others.
    Seccomp,
}

impl Layer {
    /// For people: what it does.
    #[must_use]
    pub fn purpose(self) -> &'static str {
        match self {
            Self::Environment => "no environment variables",
            Self::Descriptors => "one descriptor, the socket to the parent",
            Self::Limits => "bounds on memory and descriptors, no core dumps",
            Self::User => "nobody, where the parent is root",
            Self::Privileges => "gains no privileges, and cannot be looked into",
            Self::ParentDeath => "ends with the parent",
            Self::Landlock => "no files, no TCP, no signals to others",
            Self::Seccomp => "no system calls but those that V8 needs",
        }
    }
}

/// Whether a layer holds.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Holds {
    /// It does.
    Fully,
    /// A part of it: the kernel is older than the rest.
    Partly(String),
    /// It does not, and why.
    Not(String),
}

/// A layer, and whether it holds.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LayerState {
    /// Which.
    pub layer: Layer,
    /// Whether it holds.
    pub holds: Holds,
}
