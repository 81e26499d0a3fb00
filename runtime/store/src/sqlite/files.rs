//! The store's files: what they are called, how they are created, and who may read them.
//!
//! Beside the database `NAME` lie `NAME.key` (the key, where none is given), `NAME.locks/` (see `locks.rs`) and
//! SQLite's own `NAME-wal` and `NAME-shm`, which SQLite creates with the mode of the database file.

use std::ffi::OsString;
use std::fs::{self, DirBuilder, File, OpenOptions};
use std::io::{ErrorKind, Read as _, Write as _};
use std::os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _, PermissionsExt as _};
use std::path::{Path, PathBuf};

use uuid::Uuid;
use zeroize::Zeroizing;

use crate::{EncryptionKey, KeyError, StoreError};

/// Only the owner may enter a folder of the store.
const FOLDER_MODE: u32 = 0o700;
/// Only the owner may read a file of the store.
pub(super) const FILE_MODE: u32 = 0o600;
/// Permission bits that give a file to others than its owner.
const OTHERS: u32 = 0o077;
/// More than any key file holds; a larger file is not read to its end.
const LARGEST_KEY_FILE: u64 = 1024;

/// The folder that is onevent's own, whoever made it.
const OWN_FOLDER: &str = ".onevent";
/// Keeps all of a folder out of git: the database, and above all the key that opens it.
const GITIGNORE: &str = "*\n";

/// Where the store's files are.
#[derive(Debug, Clone)]
pub(super) struct Files {
    pub(super) database: PathBuf,
    pub(super) key: PathBuf,
    pub(super) locks: PathBuf,
}

impl Files {
    pub(super) fn of(database: &Path) -> Self {
        // SQLite reads a name that begins with `file:` as a URL; a path with a folder in front never does.
        let database =
            if database.is_absolute() { database.to_owned() } else { Path::new(".").join(database) };
        let beside = |suffix: &str| {
            let mut name: OsString = database.clone().into_os_string();
            name.push(suffix);
            PathBuf::from(name)
        };
        Self { key: beside(".key"), locks: beside(".locks"), database }
    }

    /// Creates the database's folder, the folder of locks and an empty database file where they are missing.
    /// What exists keeps its mode: its owner may have chosen it.
    pub(super) fn create(&self) -> Result<(), StoreError> {
        if let Some(parent) = self.database.parent() {
            let is_new = !parent.exists();
            create_folder(parent)?;
            if is_new || parent.ends_with(OWN_FOLDER) {
                ignore_folder(parent)?;
            }
        }
        create_folder(&self.locks)?;
        match OpenOptions::new().write(true).create_new(true).mode(FILE_MODE).open(&self.database) {
            Ok(_) => Ok(()),
            Err(error) if error.kind() == ErrorKind::AlreadyExists => Ok(()),
            Err(error) => Err(StoreError::io("create the database", &self.database)(error)),
        }
    }

    /// The key in the key file; `None` where there is no such file.
    ///
    /// Not through the reader that other files of people's go through: the mode that is checked is that of the file that
    /// was opened, and its text is wiped from memory.
    pub(super) fn read_key(&self) -> Result<Option<EncryptionKey>, StoreError> {
        // Opening a pipe would wait for whoever writes into it.
        if fs::metadata(&self.key).is_ok_and(|found| !found.is_file()) {
            return Err(KeyError::MalformedFile { path: self.key.clone() }.into());
        }
        let file = match File::open(&self.key) {
            Ok(file) => file,
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(StoreError::io("open the key file", &self.key)(error)),
        };
        // The mode of the opened file, not of the path: what is checked is what is read.
        let mode =
            file.metadata().map_err(StoreError::io("read the key file", &self.key))?.permissions().mode();
        if mode & OTHERS != 0 {
            return Err(KeyError::FileMode { path: self.key.clone(), mode: mode & 0o7777 }.into());
        }
        let mut text =
            Zeroizing::new(Vec::with_capacity(usize::try_from(LARGEST_KEY_FILE).unwrap_or_default()));
        file.take(LARGEST_KEY_FILE)
            .read_to_end(&mut text)
            .map_err(StoreError::io("read the key file", &self.key))?;
        let key = std::str::from_utf8(&text).ok().and_then(|text| EncryptionKey::from_base64(text).ok());
        key.map(Some).ok_or_else(|| KeyError::MalformedFile { path: self.key.clone() }.into())
    }

    /// Writes `key` to the key file unless there is one already. The file appears under its name with all of
    /// its content or not at all, so that a crash, or a second process, never sees half a key.
    pub(super) fn write_key(&self, key: &EncryptionKey) -> Result<(), StoreError> {
        let mut unfinished = self.key.clone().into_os_string();
        unfinished.push(format!(".{}", Uuid::new_v4()));
        let unfinished = PathBuf::from(unfinished);
        let written = write_new(&unfinished, key.to_base64().as_bytes()).and_then(|()| {
            match fs::hard_link(&unfinished, &self.key) {
                Err(error) if error.kind() == ErrorKind::AlreadyExists => Ok(()),
                other => other,
            }
        });
        let removed = fs::remove_file(&unfinished);
        written.map_err(StoreError::io("create the key file", &self.key))?;
        removed.map_err(StoreError::io("remove", &unfinished))?;
        // The name must be on the disk before anything is sealed with the key.
        if let Some(parent) = self.key.parent() {
            File::open(parent)
                .and_then(|folder| folder.sync_all())
                .map_err(StoreError::io("write the folder", parent))?;
        }
        Ok(())
    }
}

/// Creates a folder, and those above it, for its owner only.
fn create_folder(path: &Path) -> Result<(), StoreError> {
    DirBuilder::new()
        .recursive(true)
        .mode(FOLDER_MODE)
        .create(path)
        .map_err(StoreError::io("create the folder", path))
}

/// Writes the folder's `.gitignore`, unless there is one.
fn ignore_folder(folder: &Path) -> Result<(), StoreError> {
    let path = folder.join(".gitignore");
    match OpenOptions::new().write(true).create_new(true).mode(FILE_MODE).open(&path) {
        Ok(mut file) => file.write_all(GITIGNORE.as_bytes()).map_err(StoreError::io("write", &path)),
        Err(error) if error.kind() == ErrorKind::AlreadyExists => Ok(()),
        Err(error) => Err(StoreError::io("create", &path)(error)),
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

    fn mode(path: &Path) -> u32 {
        fs::metadata(path).unwrap().permissions().mode() & 0o777
    }

    #[test]
    fn everything_created_is_for_its_owner_only() {
        let temp = tempfile::tempdir().unwrap();
        let files = Files::of(&temp.path().join("deep/.onevent/onevent.sqlite3"));
        files.create().unwrap();
        files.create().unwrap();
        files.write_key(&EncryptionKey::generate().unwrap()).unwrap();
        assert_eq!(mode(&temp.path().join("deep")), 0o700);
        assert_eq!(mode(&temp.path().join("deep/.onevent")), 0o700);
        assert_eq!(mode(&files.locks), 0o700);
        assert_eq!(mode(&files.database), 0o600);
        assert_eq!(mode(&files.key), 0o600);
    }

    #[test]
    fn git_takes_nothing_of_a_folder_that_is_the_stores_own() {
        let temp = tempfile::tempdir().unwrap();
        let ignored = |folder: &str| fs::read_to_string(temp.path().join(folder).join(".gitignore")).ok();
        for folder in [".onevent", "made/for/it", "made/before", "before/.onevent"] {
            if folder.contains("before") {
                fs::create_dir_all(temp.path().join(folder)).unwrap();
            }
            Files::of(&temp.path().join(folder).join("a.sqlite3")).create().unwrap();
        }
        for folder in [".onevent", "made/for/it", "before/.onevent"] {
            assert_eq!(ignored(folder).as_deref(), Some("*\n"), "{folder}");
        }
        // Somebody else's folder may hold what belongs into a repository.
        assert_eq!(ignored("made/before"), None);
        fs::write(temp.path().join(".onevent/.gitignore"), "mine").unwrap();
        Files::of(&temp.path().join(".onevent/a.sqlite3")).create().unwrap();
        assert_eq!(ignored(".onevent").as_deref(), Some("mine"));
    }

    #[test]
    fn the_first_key_stays() {
        let temp = tempfile::tempdir().unwrap();
        let files = Files::of(&temp.path().join("a.sqlite3"));
        assert_eq!(files.read_key().unwrap(), None);
        let keys: Vec<_> = (0..8).map(|_| EncryptionKey::generate().unwrap()).collect();
        std::thread::scope(|scope| {
            for key in &keys {
                scope.spawn(|| files.write_key(key).unwrap());
            }
        });
        let kept = files.read_key().unwrap().unwrap();
        assert!(keys.contains(&kept));
        files.write_key(&EncryptionKey::generate().unwrap()).unwrap();
        assert_eq!(files.read_key().unwrap(), Some(kept));
        // Nothing is left beside the key file.
        assert_eq!(fs::read_dir(temp.path()).unwrap().count(), 1);
    }

    #[test]
    fn a_key_file_that_others_may_read_is_refused_with_the_command_that_helps() {
        let temp = tempfile::tempdir().unwrap();
        let files = Files::of(&temp.path().join("a.sqlite3"));
        files.write_key(&EncryptionKey::generate().unwrap()).unwrap();
        for open in [0o640, 0o604, 0o660] {
            fs::set_permissions(&files.key, fs::Permissions::from_mode(open)).unwrap();
            let error = files.read_key().unwrap_err();
            assert_eq!(error.code(), "encryption_key_file_open");
            assert_eq!(error.hint().unwrap(), format!("chmod 600 {}", files.key.display()));
        }
    }

    #[test]
    fn a_damaged_key_file_is_named() {
        let temp = tempfile::tempdir().unwrap();
        let files = Files::of(&temp.path().join("a.sqlite3"));
        fs::create_dir(&files.key).unwrap();
        assert_eq!(files.read_key().unwrap_err().code(), "invalid_encryption_key");
        fs::remove_dir(&files.key).unwrap();
        for content in [&b"not a key"[..], &[0xff; 44], &[b'A'; 4096]] {
            let _ = fs::remove_file(&files.key);
            write_new(&files.key, content).unwrap();
            let error = files.read_key().unwrap_err();
            assert!(error.to_string().contains("a.sqlite3.key"), "{error}");
        }
    }
}
