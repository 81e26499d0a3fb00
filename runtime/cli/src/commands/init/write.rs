//! Writing a new project into a folder that may hold something.

use std::path::Path;

use serde::Serialize;

use super::files::NewFile;
use crate::exit::ExitCode;
use crate::failure::Failure;
use crate::whole_file::{WriteError, check_in_project, write_in_project};

/// What becomes of what is there already.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Existing {
    /// It is left alone.
    Kept,
    /// `--force`.
    Replaced,
}

/// What became of a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum FileState {
    /// It is new.
    Created,
    /// It was there, and held something else.
    Replaced,
    /// It was there, and holds this.
    Unchanged,
    /// It was there, and was left alone.
    Kept,
}

/// A file of the project.
#[derive(Debug, Serialize)]
pub(super) struct WrittenFile {
    pub(super) path: String,
    pub(super) state: FileState,
}

/// Writes the files that are not there. All are looked at before the first is written.
///
/// # Errors
/// When a folder leads out of the project, or something cannot be written.
pub(super) fn write(
    folder: &Path,
    files: &[NewFile],
    existing: Existing,
) -> Result<Vec<WrittenFile>, Failure> {
    let failed = |error| not_written(&WriteError::Io { path: folder.to_owned(), error });
    std::fs::create_dir_all(folder).map_err(failed)?;
    let mut planned = Vec::with_capacity(files.len());
    for file in files {
        let path = folder.join(&file.path);
        let state = state(&path, &file.text, existing);
        if matches!(state, FileState::Created | FileState::Replaced) {
            check_in_project(folder, &path).map_err(|error| not_written(&error))?;
        }
        planned.push((file, path, state));
    }
    let mut written = Vec::with_capacity(planned.len());
    for (file, path, state) in planned {
        if matches!(state, FileState::Created | FileState::Replaced) {
            write_in_project(folder, &path, &file.text).map_err(|error| not_written(&error))?;
        }
        written.push(WrittenFile { path: file.path.clone(), state });
    }
    Ok(written)
}

/// What is to become of a file. Whatever is in its place is there: a link, too, wherever it leads.
fn state(path: &Path, text: &str, existing: Existing) -> FileState {
    let Ok(found) = path.symlink_metadata() else { return FileState::Created };
    let is_same = found.is_file() && std::fs::read(path).is_ok_and(|there| there == text.as_bytes());
    match existing {
        _ if is_same => FileState::Unchanged,
        Existing::Kept => FileState::Kept,
        Existing::Replaced => FileState::Replaced,
    }
}

fn not_written(error: &WriteError) -> Failure {
    let exit = match error {
        WriteError::Io { .. } => ExitCode::Internal,
        _ => ExitCode::Usage,
    };
    Failure::new(exit, "project_not_written", error.to_string())
        .hint("no file is replaced without --force, and none is written through a link that leads elsewhere")
}
