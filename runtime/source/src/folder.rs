//! A project's folder on disk. Nothing outside of it is read, through links neither.

use std::path::{Path, PathBuf};
use std::sync::Arc;

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
}

impl ProjectFolder {
    pub(crate) fn new(root: impl Into<PathBuf>) -> Self {
        Self { root: root.into(), reading: None }
    }

    /// Notes from now on what is read.
    pub(crate) fn note_into(&mut self, reading: FolderReading) {
        self.reading = Some(reading);
    }

    /// The text of a file as it is.
    pub(crate) fn read(&self, path: &str) -> Result<Arc<str>, LoadError> {
        let (root, full) = confined(&self.root, path)?;
        // What a link leads to is not hidden by the link's name.
        let real = full.strip_prefix(&root).ok().and_then(Path::to_str).unwrap_or_default();
        if private::is_private(real) {
            return Err(LoadError::private(path));
        }
        let text: Arc<str> = read_text(&full, MAX_FILE_BYTES)
            .map_err(|error| match error {
                ReadError::TooLarge { .. } => too_large(path),
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
        confined(&self.root, path)?;
        self.saw(path);
        Ok(true)
    }

    /// Whether there is something at `path` that is a link out of the project.
    pub(crate) fn leaves(&self, path: &str) -> bool {
        confined(&self.root, path).is_err_and(|error| error.code == LoadErrorCode::OutsideProject)
    }

    /// How to get from the project to the nearest folder around it that has `path`; `None` where none has.
    pub(crate) fn in_parent(&self, path: &str) -> Option<String> {
        let root = self.root.canonicalize().ok()?;
        let depth = root.ancestors().skip(1).position(|folder| folder.join(path).exists())?;
        Some(format!("{}{path}", "../".repeat(depth + 1)))
    }

    /// A file was looked for, and is there.
    pub(crate) fn saw(&self, path: &str) {
        if let Some(reading) = &self.reading {
            reading.saw(&self.root, path);
        }
    }
}

/// The real paths of the project and of one of its files, with every link followed.
fn confined(root: &Path, path: &str) -> Result<(PathBuf, PathBuf), LoadError> {
    let real = |path: &Path| path.canonicalize();
    let root = real(root).map_err(|error| unreadable(&root.display().to_string(), &error.to_string()))?;
    let full = real(&root.join(path)).map_err(|error| unreadable(path, &error.to_string()))?;
    if full.starts_with(&root) { Ok((root, full)) } else { Err(outside(path)) }
}

pub(crate) fn too_large(path: &str) -> LoadError {
    let message = format!("{path} is larger than {MAX_FILE_BYTES} bytes, the limit of a source file");
    LoadError::new(LoadErrorCode::TooLarge, message)
}

pub(crate) fn unreadable(path: &str, why: &str) -> LoadError {
    LoadError::new(LoadErrorCode::UnreadableFile, format!("{path} cannot be read: {why}"))
}

pub(crate) fn outside(path: &str) -> LoadError {
    LoadError::new(LoadErrorCode::OutsideProject, format!("`{path}` leads out of the project"))
}
