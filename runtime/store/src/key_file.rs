//! The file with the encryption key, beside the database.

use std::fs::{self, File, OpenOptions};
use std::io::{ErrorKind, Read as _, Write as _};
use std::os::unix::fs::{OpenOptionsExt as _, PermissionsExt as _};
use std::path::{Path, PathBuf};

use uuid::Uuid;
use zeroize::Zeroizing;

use crate::{EncryptionKey, KeyError, StoreError};

/// Only the owner may read a file of the store.
pub(crate) const FILE_MODE: u32 = 0o600;
/// Permission bits that give a file to others than its owner.
const OTHERS: u32 = 0o077;
/// More than any key file holds; a larger file is not read to its end.
const LARGEST_KEY_FILE: u64 = 1024;

/// The file with the key.
#[derive(Debug, Clone)]
pub(crate) struct KeyFile(PathBuf);

impl KeyFile {
    pub(crate) fn at(path: PathBuf) -> Self {
        Self(path)
    }

    pub(crate) fn path(&self) -> &Path {
        &self.0
    }

    /// The key in the file; `None` where there is no such file.
    ///
    /// Not through the reader that other files of people's go through: the mode that is checked is that of the file that
    /// was opened, and its text is wiped from memory.
    pub(crate) fn read(&self) -> Result<Option<EncryptionKey>, StoreError> {
        // Opening a pipe would wait for whoever writes into it.
        if fs::metadata(&self.0).is_ok_and(|found| !found.is_file()) {
            return Err(KeyError::MalformedFile { path: self.0.clone() }.into());
        }
        let file = match File::open(&self.0) {
            Ok(file) => file,
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(StoreError::io("open the key file", &self.0)(error)),
        };
        // The mode of the opened file, not of the path: what is checked is what is read.
        let mode =
            file.metadata().map_err(StoreError::io("read the key file", &self.0))?.permissions().mode();
        if mode & OTHERS != 0 {
            return Err(KeyError::FileMode { path: self.0.clone(), mode: mode & 0o7777 }.into());
        }
        let mut text =
            Zeroizing::new(Vec::with_capacity(usize::try_from(LARGEST_KEY_FILE).unwrap_or_default()));
        file.take(LARGEST_KEY_FILE)
            .read_to_end(&mut text)
            .map_err(StoreError::io("read the key file", &self.0))?;
        let key = std::str::from_utf8(&text).ok().and_then(|text| EncryptionKey::from_base64(text).ok());
        key.map(Some).ok_or_else(|| KeyError::MalformedFile { path: self.0.clone() }.into())
    }

    /// The key in the file; a new one where there is no such file.
    pub(crate) fn read_or_generate(&self) -> Result<EncryptionKey, StoreError> {
        if let Some(key) = self.read()? {
            return Ok(key);
        }
        let generated = EncryptionKey::generate();
        self.write_first(&generated.ok_or(StoreError::Internal { action: "generate an encryption key" })?)?;
        self.read()?.ok_or_else(|| KeyError::FileMissing { path: self.0.clone() }.into())
    }

    /// Writes `key` to the file unless there is one already. The file appears under its name with all of
    /// its content or not at all, so that a crash, or a second process, never sees half a key.
    fn write_first(&self, key: &EncryptionKey) -> Result<(), StoreError> {
        let unfinished = self.unfinished();
        let written = write_new(&unfinished, key.to_base64().as_bytes()).and_then(|()| {
            match fs::hard_link(&unfinished, &self.0) {
                Err(error) if error.kind() == ErrorKind::AlreadyExists => Ok(()),
                other => other,
            }
        });
        let removed = fs::remove_file(&unfinished);
        written.map_err(StoreError::io("create the key file", &self.0))?;
        removed.map_err(StoreError::io("remove", &unfinished))?;
        self.sync_folder()
    }

    /// Puts `key` in the place of whatever is in the file, all at once.
    pub(crate) fn replace(&self, key: &EncryptionKey) -> Result<(), StoreError> {
        if self.read()?.as_ref() == Some(key) {
            return Ok(());
        }
        let unfinished = self.unfinished();
        let written = write_new(&unfinished, key.to_base64().as_bytes())
            .and_then(|()| fs::rename(&unfinished, &self.0))
            .map_err(StoreError::io("replace the key file", &self.0));
        if written.is_err() {
            let _ = fs::remove_file(&unfinished);
        }
        written?;
        self.sync_folder()
    }

    fn unfinished(&self) -> PathBuf {
        let mut unfinished = self.0.clone().into_os_string();
        unfinished.push(format!(".{}", Uuid::new_v4()));
        unfinished.into()
    }

    /// The name must be on the disk before anything is sealed with the key, or the key before it is forgotten.
    fn sync_folder(&self) -> Result<(), StoreError> {
        let Some(parent) = self.0.parent() else { return Ok(()) };
        File::open(parent)
            .and_then(|folder| folder.sync_all())
            .map_err(StoreError::io("write the folder", parent))
    }
}

fn write_new(path: &Path, content: &[u8]) -> std::io::Result<()> {
    let mut file = OpenOptions::new().write(true).create_new(true).mode(FILE_MODE).open(path)?;
    file.write_all(content)?;
    file.write_all(b"\n")?;
    file.sync_all()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file(folder: &tempfile::TempDir) -> KeyFile {
        KeyFile::at(folder.path().join("a.sqlite3.key"))
    }

    fn generated() -> EncryptionKey {
        EncryptionKey::generate().unwrap()
    }

    #[test]
    fn the_first_key_stays() {
        let temp = tempfile::tempdir().unwrap();
        let file = file(&temp);
        assert_eq!(file.read().unwrap(), None);
        let keys: Vec<_> = (0..8).map(|_| generated()).collect();
        std::thread::scope(|scope| {
            for key in &keys {
                scope.spawn(|| file.write_first(key).unwrap());
            }
        });
        let kept = file.read().unwrap().unwrap();
        assert!(keys.contains(&kept));
        file.write_first(&generated()).unwrap();
        assert_eq!(file.read().unwrap(), Some(kept.clone()));
        assert_eq!(file.read_or_generate().unwrap(), kept);
        // Nothing is left beside the key file.
        assert_eq!(fs::read_dir(temp.path()).unwrap().count(), 1);
    }

    #[test]
    fn a_key_that_replaces_another_is_its_owners_alone_too() {
        let temp = tempfile::tempdir().unwrap();
        let file = file(&temp);
        let first = file.read_or_generate().unwrap();
        let next = generated();
        for _ in 0..2 {
            file.replace(&next).unwrap();
            assert_eq!(file.read().unwrap(), Some(next.clone()));
            assert_eq!(fs::metadata(file.path()).unwrap().permissions().mode() & 0o777, FILE_MODE);
            assert_eq!(fs::read_dir(temp.path()).unwrap().count(), 1);
        }
        assert_ne!(first, next);
    }

    #[test]
    fn a_key_file_that_others_may_read_is_refused_with_the_command_that_helps() {
        let temp = tempfile::tempdir().unwrap();
        let file = file(&temp);
        file.write_first(&generated()).unwrap();
        for open in [0o640, 0o604, 0o660] {
            fs::set_permissions(file.path(), fs::Permissions::from_mode(open)).unwrap();
            let error = file.read().unwrap_err();
            assert_eq!(error.code(), "encryption_key_file_open");
            assert_eq!(error.hint().unwrap(), format!("chmod 600 {}", file.path().display()));
        }
    }

    #[test]
    fn a_damaged_key_file_is_named() {
        let temp = tempfile::tempdir().unwrap();
        let file = file(&temp);
        fs::create_dir(file.path()).unwrap();
        assert_eq!(file.read().unwrap_err().code(), "invalid_encryption_key");
        fs::remove_dir(file.path()).unwrap();
        for content in [&b"not a key"[..], &[0xff; 44], &[b'A'; 4096]] {
            let _ = fs::remove_file(file.path());
            write_new(file.path(), content).unwrap();
            let error = file.read().unwrap_err();
            assert!(error.to_string().contains("a.sqlite3.key"), "{error}");
        }
    }
}
