//! The store's files: what they are called, how they are created, and who may read them.
//!
//! Beside the database `NAME` lie `NAME.key` (the key, where none is given; see `key_file.rs`), `NAME.locks/` (see `locks.rs`) and
//! SQLite's own `NAME-wal` and `NAME-shm`, which SQLite creates with the mode of the database file.

use std::ffi::OsString;
use std::fs::{DirBuilder, OpenOptions};
use std::io::{ErrorKind, Write as _};
use std::os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _};
use std::path::{Path, PathBuf};

use crate::StoreError;
pub(super) use crate::key_file::FILE_MODE;
use crate::key_file::KeyFile;

/// Only the owner may enter a folder of the store.
const FOLDER_MODE: u32 = 0o700;

/// The folder that is onevent's own, whoever made it.
const OWN_FOLDER: &str = ".onevent";
/// Keeps all of a folder out of git: the database, and above all the key that opens it.
const GITIGNORE: &str = "*\n";

/// Where the store's files are.
#[derive(Debug, Clone)]
pub(super) struct Files {
    pub(super) database: PathBuf,
    pub(super) key: KeyFile,
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
        Self { key: KeyFile::at(beside(".key")), locks: beside(".locks"), database }
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

#[cfg(test)]
mod tests {
    use std::fs;
    use std::os::unix::fs::PermissionsExt as _;

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
        files.key.read_or_generate().unwrap();
        assert_eq!(mode(&temp.path().join("deep")), 0o700);
        assert_eq!(mode(&temp.path().join("deep/.onevent")), 0o700);
        assert_eq!(mode(&files.locks), 0o700);
        assert_eq!(mode(&files.database), 0o600);
        assert_eq!(mode(files.key.path()), 0o600);
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
}
