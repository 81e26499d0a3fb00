//! A database that was opened, and not unlocked yet.

use std::fs::File;
use std::path::PathBuf;

use crate::database::Database;
use crate::key_holder::KeyHolder;

/// A database that was opened, and not unlocked yet.
pub(crate) struct Opened {
    pub(crate) database: Box<dyn Database>,
    /// Who has its key.
    pub(crate) key: KeyHolder,
    /// What it is called in errors.
    pub(crate) name: PathBuf,
    /// While it is held, nobody else opens it.
    pub(crate) alone: Option<File>,
}
