//! Which owner of an operation is alive, told by the operating system.
//!
//! Every running operation holds an exclusive `flock` on its own file in `NAME.locks/`. The kernel releases it
//! when the owner ends in any way, so a killed process is noticed at once; a process that is merely suspended
//! still holds it, so nobody takes over while it could wake up and go on. Process ids would not do: they are
//! reused, and differ between containers that share a folder. The lease in the journal decides only where the
//! file is missing (a database that was copied while an operation ran).

use std::collections::HashSet;
use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::ErrorKind;
use std::os::unix::fs::{MetadataExt as _, OpenOptionsExt as _};
use std::path::{Path, PathBuf};

use super::files::FILE_MODE;
use crate::StoreError;
use crate::database::{Owner, OwnerState, Owners, Ownership};
use crate::token::Token;

/// The file that serialises opening: creating files, the key, and migrating.
const OPENING: &str = "opening";

/// The folder of locks.
#[derive(Debug, Clone)]
pub(super) struct LockFolder(PathBuf);

/// A held lock. Dropping it releases it and leaves the file, which then tells that its owner is gone.
#[derive(Debug)]
struct OperationLock {
    path: PathBuf,
    /// Held for its lock alone.
    _file: File,
}

impl LockFolder {
    pub(super) fn new(path: &Path) -> Self {
        Self(path.to_owned())
    }

    /// Waits until no other process opens the store, and keeps others out until the answer is dropped.
    pub(super) fn opening(&self) -> Result<File, StoreError> {
        let path = self.0.join(OPENING);
        let file = open(&path, true).map_err(StoreError::io("create the lock", &path))?;
        file.lock().map_err(StoreError::io("lock", &path))?;
        Ok(file)
    }

    fn path(&self, token: Token) -> PathBuf {
        self.0.join(token.to_string())
    }
}

impl Owners for LockFolder {
    /// Creates and locks the file of a new operation.
    fn take(&self, token: Token) -> Result<Box<dyn Ownership>, StoreError> {
        let path = self.path(token);
        loop {
            let file = open(&path, true).map_err(StoreError::io("create the lock", &path))?;
            file.lock().map_err(StoreError::io("lock", &path))?;
            // A sweep may have removed the file between its creation and its lock.
            if is_at(&file, &path) {
                return Ok(Box::new(OperationLock { path, _file: file }));
            }
        }
    }

    fn probe(&self, token: Token) -> Result<Owner, StoreError> {
        let path = self.path(token);
        let Some(file) = existing(&path)? else { return Ok(Owner::Unknown) };
        match file.try_lock() {
            Ok(()) => Ok(Owner::Dead(Box::new(OperationLock { path, _file: file }))),
            Err(TryLockError::WouldBlock) => Ok(Owner::Alive),
            Err(TryLockError::Error(error)) => Err(StoreError::io("lock", &path)(error)),
        }
    }

    /// Only the lock tells, and a look at it may be in the way of somebody's probe.
    fn is_worth_a_probe(&self, _: Token, _: bool) -> bool {
        true
    }

    /// With a shared lock, for this moment: who looks keeps nobody else from looking. A probe at the same moment
    /// takes the looker for a living owner, and will be repeated.
    fn look(&self, token: Token) -> Result<OwnerState, StoreError> {
        let path = self.path(token);
        let Some(file) = existing(&path)? else { return Ok(OwnerState::Unknown) };
        match file.try_lock_shared() {
            Ok(()) => Ok(OwnerState::Dead),
            Err(TryLockError::WouldBlock) => Ok(OwnerState::Alive),
            Err(TryLockError::Error(error)) => Err(StoreError::io("lock", &path)(error)),
        }
    }

    /// Removes the files of owners that died without an entry in the journal. What cannot be removed stays:
    /// a left-over file harms nobody.
    fn sweep(&self, in_journal: &HashSet<Token>) {
        let Ok(files) = fs::read_dir(&self.0) else { return };
        for name in files.flatten().map(|file| file.file_name()) {
            let Some(token) = name.to_str().and_then(Token::parse) else { continue };
            if !in_journal.contains(&token)
                && let Ok(Owner::Dead(lock)) = self.probe(token)
            {
                lock.remove();
            }
        }
    }
}

impl Ownership for OperationLock {
    /// Removes the file.
    fn remove(self: Box<Self>) {
        // Whoever finds a file without a journal entry ignores it, and the next sweep removes it.
        let _ = fs::remove_file(&self.path);
    }
}

fn existing(path: &Path) -> Result<Option<File>, StoreError> {
    match open(path, false) {
        Ok(file) => Ok(Some(file)),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
        Err(error) => Err(StoreError::io("open the lock", path)(error)),
    }
}

fn open(path: &Path, create: bool) -> std::io::Result<File> {
    OpenOptions::new().read(true).write(true).create(create).mode(FILE_MODE).open(path)
}

fn is_at(file: &File, path: &Path) -> bool {
    match (file.metadata(), fs::metadata(path)) {
        (Ok(held), Ok(named)) => held.ino() == named.ino() && held.dev() == named.dev(),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_owner_is_alive_while_it_holds_its_lock_and_dead_when_it_dropped_it() {
        let temp = tempfile::tempdir().unwrap();
        let folder = LockFolder::new(temp.path());
        let token = Token::generate();
        assert!(matches!(folder.probe(token).unwrap(), Owner::Unknown));
        assert_eq!(folder.look(token).unwrap(), OwnerState::Unknown);
        let lock = folder.take(token).unwrap();
        assert!(matches!(folder.probe(token).unwrap(), Owner::Alive));
        assert_eq!(folder.look(token).unwrap(), OwnerState::Alive);
        drop(lock);
        assert_eq!(folder.look(token).unwrap(), OwnerState::Dead);
        assert!(matches!(folder.probe(token).unwrap(), Owner::Dead(_)));
        folder.take(token).unwrap().remove();
        assert!(matches!(folder.probe(token).unwrap(), Owner::Unknown));
    }

    #[test]
    fn a_sweep_removes_only_what_nobody_holds_and_no_entry_names() {
        let temp = tempfile::tempdir().unwrap();
        let folder = LockFolder::new(temp.path());
        let (held, listed, left) = (Token::generate(), Token::generate(), Token::generate());
        let _held = folder.take(held).unwrap();
        drop(folder.take(listed).unwrap());
        drop(folder.take(left).unwrap());
        fs::write(temp.path().join("opening"), "").unwrap();
        folder.sweep(&HashSet::from([listed]));
        assert!(matches!(folder.probe(held).unwrap(), Owner::Alive));
        assert!(matches!(folder.probe(listed).unwrap(), Owner::Dead(_)));
        assert!(matches!(folder.probe(left).unwrap(), Owner::Unknown));
        assert!(temp.path().join("opening").exists());
    }
}
