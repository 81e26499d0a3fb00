//! Who has the encryption key.

use std::path::PathBuf;

use crate::key_file::KeyFile;
use crate::{EncryptionKey, KeyError, StoreError};

/// Who has the key that this process was started with.
#[derive(Debug, Clone)]
pub(crate) enum KeyHolder {
    /// The caller.
    Caller(EncryptionKey),
    /// A file beside the database.
    File(KeyFile),
}

impl KeyHolder {
    /// The key of a database that has one.
    pub(crate) fn key(&self) -> Result<EncryptionKey, StoreError> {
        match self {
            Self::Caller(key) => Ok(key.clone()),
            Self::File(file) => {
                file.read()?.ok_or_else(|| KeyError::FileMissing { path: file.path().to_owned() }.into())
            }
        }
    }

    /// The key of a database that has none yet.
    pub(crate) fn first_key(&self) -> Result<EncryptionKey, StoreError> {
        match self {
            Self::Caller(key) => Ok(key.clone()),
            Self::File(file) => file.read_or_generate(),
        }
    }

    pub(crate) fn path(&self) -> Option<PathBuf> {
        match self {
            Self::Caller(_) => None,
            Self::File(file) => Some(file.path().to_owned()),
        }
    }
}
