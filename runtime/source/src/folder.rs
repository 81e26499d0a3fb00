//! A project's folder on disk. Nothing outside of it is read, through links neither.

use std::collections::HashMap;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use onevent_contract::limit_met;

use crate::error::{LoadError, LoadErrorCode};
use crate::folder_reading::FolderReading;
use crate::limits::MAX_FILE_BYTES;
use crate::private;
use crate::reading::{ReadError, read_text};

/// A folder, and who wants to know what is read of it.
#[derive(Debug, Clone)]
pub(crate) struct ProjectFolder {
    pub(crate) root: PathBuf,
    reading: Option<FolderReading>,
    /// What each folder of it really is, while a project is read. A later reading looks again.
    real: Option<Arc<Mutex<HashMap<PathBuf, PathBuf>>>>,
}

impl ProjectFolder {
    pub(crate) fn new(root: impl Into<PathBuf>) -> Self {
        Self { root: root.into(), reading: None, real: None }
    }

    /// The same, for one reading of its files: where links lead is looked at once for each folder.
    pub(crate) fn at_once(&self) -> Self {
        Self { real: Some(Arc::default()), ..self.clone() }
    }

    /// Notes from now on what is read.
    pub(crate) fn note_into(&mut self, reading: FolderReading) {
        self.reading = Some(reading);
    }

    /// The text of a file as it is.
    pub(crate) fn read(&self, path: &str) -> Result<Arc<str>, LoadError> {
        let (root, full) = self.confined(path)?;
        // What a link leads to is not hidden by the link's name.
        let real = full.strip_prefix(&root).ok().and_then(Path::to_str).unwrap_or_default();
        if private::is_private(real) {
            return Err(LoadError::private(path));
        }
        let text: Arc<str> = read_text(&full, MAX_FILE_BYTES)
            .map_err(|error| match error {
                ReadError::TooLarge { .. } => too_large(path, None),
                other => unreadable(path, &other.to_string()),
            })?
            .into();
        if let Some(reading) = &self.reading {
            reading.read(&self.root, path, &text);
        }
        Ok(text)
    }

    /// Whether there is a file at exactly this path.
    pub(crate) fn is_file(&self, path: &str) -> Result<bool, LoadError> {
        if !self.root.join(path).is_file() {
            return Ok(false);
        }
        self.confined(path)?;
        self.saw(path);
        Ok(true)
    }

    /// Whether there is something at `path` that is a link out of the project.
    pub(crate) fn leaves(&self, path: &str) -> bool {
        self.confined(path).is_err_and(|error| error.code == LoadErrorCode::OutsideProject)
    }

    /// How to get from the project to the nearest folder around it that has `path`; `None` where none has.
    pub(crate) fn in_parent(&self, path: &str) -> Option<String> {
        let root = self.root.canonicalize().ok()?;
        let depth = root.ancestors().skip(1).position(|folder| folder.join(path).exists())?;
        Some(format!("{}{path}", "../".repeat(depth + 1)))
    }

    /// The real paths of the project and of one of its files, with every link followed.
    fn confined(&self, path: &str) -> Result<(PathBuf, PathBuf), LoadError> {
        let failed = |path: &str, error: io::Error| unreadable(path, &error.to_string());
        let root =
            self.real_folder(&self.root).map_err(|error| failed(&self.root.display().to_string(), error))?;
        let full = self.real(&self.root.join(path)).map_err(|error| failed(path, error))?;
        if full.starts_with(&root) { Ok((root, full)) } else { Err(outside(path)) }
    }

    fn real(&self, path: &Path) -> io::Result<PathBuf> {
        match (path.parent(), path.file_name()) {
            (Some(folder), Some(name)) if self.real.is_some() && !path.symlink_metadata()?.is_symlink() => {
                Ok(self.real_folder(folder)?.join(name))
            }
            _ => path.canonicalize(),
        }
    }

    fn real_folder(&self, folder: &Path) -> io::Result<PathBuf> {
        let Some(known) = &self.real else { return folder.canonicalize() };
        // Every change is one insertion, so a panic elsewhere leaves the map whole.
        let lock = || known.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(real) = lock().get(folder) {
            return Ok(real.clone());
        }
        let real = folder.canonicalize()?;
        lock().insert(folder.to_owned(), real.clone());
        Ok(real)
    }

    /// A file was looked for, and is there.
    pub(crate) fn saw(&self, path: &str) {
        if let Some(reading) = &self.reading {
            reading.saw(&self.root, path);
        }
    }
}

/// With so many bytes, if they were counted.
pub(crate) fn too_large(path: &str, bytes: Option<usize>) -> LoadError {
    let used = bytes.map_or_else(|| "more".to_owned(), |bytes| bytes.to_string());
    let limit = limit_met("file_bytes", MAX_FILE_BYTES, used);
    let message = format!("{path} is too large for a source file ({limit})");
    LoadError::new(LoadErrorCode::TooLarge, message)
}

pub(crate) fn unreadable(path: &str, why: &str) -> LoadError {
    LoadError::new(LoadErrorCode::UnreadableFile, format!("{path} cannot be read: {why}"))
}

pub(crate) fn outside(path: &str) -> LoadError {
    LoadError::new(LoadErrorCode::OutsideProject, format!("`{path}` leads out of the project"))
}
