//! The key that seals credentials.

use std::fmt;
use std::path::PathBuf;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use thiserror::Error;
use zeroize::Zeroizing;

/// Length of the key in bytes.
pub(crate) const KEY_BYTES: usize = 32;

/// A 32-byte key. Neither `Debug` nor `Display` shows it; it is wiped when dropped.
#[derive(Clone, PartialEq, Eq)]
pub struct EncryptionKey(Zeroizing<[u8; KEY_BYTES]>);

/// Where the key comes from.
#[derive(Debug, Clone)]
pub enum KeySource {
    /// The caller has it (the edges read it from `ONEVENT_ENCRYPTION_KEY`).
    Given(EncryptionKey),
    /// The file `<database file>.key` beside the database; generated with mode 0600 for a new database.
    File,
}

/// Why a key cannot be used. It never holds the key.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum KeyError {
    /// The text is not 32 bytes in base64.
    #[error("the encryption key is not 32 bytes in base64")]
    Malformed,
    /// The same of the key that is to replace another one.
    #[error("the next encryption key is not 32 bytes in base64")]
    MalformedNext,
    /// The key file does not hold 32 bytes in base64.
    #[error("the key file {} does not hold 32 bytes in base64", .path.display())]
    MalformedFile {
        /// The key file.
        path: PathBuf,
    },
    /// Others may read the key file.
    #[error("the key file {} is open to other users (mode {mode:04o})", .path.display())]
    FileMode {
        /// The key file.
        path: PathBuf,
        /// Its permission bits.
        mode: u32,
    },
    /// No key was given, and no file is beside the database.
    #[error("a PostgreSQL database has no key file beside it")]
    NoFile,
    /// The database is encrypted and its key file is gone.
    #[error("the database is encrypted, and its key file {} does not exist", .path.display())]
    FileMissing {
        /// The key file.
        path: PathBuf,
    },
    /// The key was replaced by another one, which this process cannot know.
    #[error("the encryption key of the database {} was replaced", .database.display())]
    Replaced {
        /// The database.
        database: PathBuf,
    },
    /// No key was given that could replace the one in use.
    #[error("there is no new encryption key to replace the old one with")]
    NoNext,
    /// Another key is replacing the one in use.
    #[error("the encryption key is being replaced by another one than the one that was given")]
    NotNext,
    /// The key in use was given as the new one.
    #[error("the new encryption key is the one that is in use")]
    SameKey,
    /// The key is not the one that encrypted this database.
    #[error("this is not the key that encrypted the database {}", .database.display())]
    Wrong {
        /// The database.
        database: PathBuf,
        /// The key file that should hold the right key, if a file was used.
        file: Option<PathBuf>,
    },
}

impl EncryptionKey {
    /// Reads a key from its base64 form (RFC 4648, section 4, with padding), as Nango's `NANGO_ENCRYPTION_KEY`.
    /// White space around it is ignored.
    ///
    /// # Errors
    /// [`KeyError::Malformed`] when it is not base64 or not exactly 32 bytes.
    pub fn from_base64(text: &str) -> Result<Self, KeyError> {
        let decoded = Zeroizing::new(STANDARD.decode(text.trim()).map_err(|_| KeyError::Malformed)?);
        let bytes: [u8; KEY_BYTES] = decoded.as_slice().try_into().map_err(|_| KeyError::Malformed)?;
        Ok(Self(Zeroizing::new(bytes)))
    }

    /// A new key from the operating system's randomness; `None` where it has none to give.
    #[must_use]
    pub fn generate() -> Option<Self> {
        let mut bytes = Zeroizing::new([0; KEY_BYTES]);
        getrandom::fill(bytes.as_mut_slice()).ok()?;
        Some(Self(bytes))
    }

    /// A key from its bytes; `None` where they are not as many as a key has.
    pub(crate) fn from_bytes(bytes: &[u8]) -> Option<Self> {
        bytes.try_into().ok().map(Zeroizing::new).map(Self)
    }

    pub(crate) fn bytes(&self) -> &[u8; KEY_BYTES] {
        &self.0
    }

    pub(crate) fn to_base64(&self) -> Zeroizing<String> {
        Zeroizing::new(STANDARD.encode(self.0.as_slice()))
    }
}

impl fmt::Debug for EncryptionKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("EncryptionKey(…)")
    }
}

impl KeyError {
    /// A stable code for programs.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::Malformed | Self::MalformedFile { .. } => "invalid_encryption_key",
            Self::FileMode { .. } => "encryption_key_file_open",
            Self::NoFile | Self::FileMissing { .. } => "encryption_key_missing",
            Self::Wrong { .. } => "wrong_encryption_key",
            Self::Replaced { .. } => "encryption_key_replaced",
            Self::MalformedNext | Self::NoNext | Self::NotNext | Self::SameKey => {
                "invalid_next_encryption_key"
            }
        }
    }

    /// What the reader can do.
    #[must_use]
    pub fn hint(&self) -> Option<String> {
        Some(match self {
            Self::Malformed => {
                "ONEVENT_ENCRYPTION_KEY takes 32 random bytes in base64: `openssl rand -base64 32`".into()
            }
            Self::MalformedFile { path } => {
                format!("restore {} from a backup, or set ONEVENT_ENCRYPTION_KEY", path.display())
            }
            Self::FileMode { path, .. } => format!("chmod 600 {}", path.display()),
            Self::NoFile => {
                "set ONEVENT_ENCRYPTION_KEY, for all processes on this database the same: 32 random bytes in \
                             base64, from `openssl rand -base64 32`"
                    .into()
            }
            Self::FileMissing { path } => format!(
                "restore {} from a backup, or set ONEVENT_ENCRYPTION_KEY to the key that was in use; \
                 without it the stored credentials cannot be read",
                path.display()
            ),
            Self::Wrong { file: None, .. } => {
                "set ONEVENT_ENCRYPTION_KEY to the key that this database was created with, or to the one that replaced it, or \
                 unset it if the database has a key file beside it"
                    .into()
            }
            Self::Wrong { file: Some(path), .. } => format!(
                "set ONEVENT_ENCRYPTION_KEY to the key that this database was created with, or to the one that replaced it, or \
                 restore {}",
                path.display()
            ),
            Self::Replaced { .. } => "start this process with the new key".into(),
            Self::NoNext | Self::MalformedNext => {
                "set ONEVENT_NEXT_ENCRYPTION_KEY to 32 random bytes in base64, from `openssl rand -base64 32`".into()
            }
            Self::NotNext => {
                "finish with the new key of that time in ONEVENT_NEXT_ENCRYPTION_KEY, or without one".into()
            }
            Self::SameKey => "set ONEVENT_NEXT_ENCRYPTION_KEY to another one: `openssl rand -base64 32`".into(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_exactly_32_bytes_in_base64_and_is_never_printed() {
        let text = STANDARD.encode([7; 32]);
        let key = EncryptionKey::from_base64(&format!(" {text}\n")).unwrap();
        assert_eq!(key.bytes(), &[7; 32]);
        assert_eq!(*key.to_base64(), text);
        assert!(!format!("{key:?}").contains(&text));
        for wrong in ["", "short", &STANDARD.encode([7; 31]), &STANDARD.encode([7; 33]), "!!!!"] {
            assert_eq!(EncryptionKey::from_base64(wrong), Err(KeyError::Malformed), "{wrong}");
        }
    }
}
