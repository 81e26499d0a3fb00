//! Writing files: whole or not at all, and what belongs to a project nowhere else.

use std::fs::{self, File, Permissions};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use std::os::unix::fs::PermissionsExt as _;

/// A new file may be read by everybody, as far as the process lets it (`umask`).
const NEW_FILE: u32 = 0o666;

/// Why a file was not written.
#[derive(Debug, thiserror::Error)]
pub(crate) enum WriteError {
    /// A folder on the way is a link that leaves the project.
    #[error("{} leads out of the project", path.display())]
    Outside {
        /// The folder, as it was named.
        path: PathBuf,
    },
    /// Where the file goes, there is something that is no file.
    #[error("{} is no file but {what}", path.display())]
    NotAFile {
        /// The file, as it was named.
        path: PathBuf,
        /// What is there.
        what: &'static str,
    },
    /// Where a folder of the file's path is needed, there is none.
    #[error("{} is no folder", path.display())]
    NotAFolder {
        /// What is there.
        path: PathBuf,
    },
    /// The system says no.
    #[error("{} cannot be written: {error}", path.display())]
    Io {
        /// The file, as it was named.
        path: PathBuf,
        /// Why.
        error: io::Error,
    },
}

/// Writes a file of a project, with the folders that it needs. Links may lead from folder to folder within the project;
/// in the place of the file itself, one is refused: it may lead anywhere.
///
/// # Errors
/// [`WriteError`]; what was there before is as it was.
pub(crate) fn write_in_project(project: &Path, path: &Path, text: &str) -> Result<(), WriteError> {
    let failed = |error| WriteError::Io { path: path.to_owned(), error };
    check_in_project(project, path)?;
    let project = fs::canonicalize(project).map_err(failed)?;
    let folder = path.parent().unwrap_or(&project);
    fs::create_dir_all(folder).map_err(failed)?;
    require_inside(&project, folder).map_err(failed)??;
    require_file(path)?;
    replace(path, text).map_err(failed)
}

/// Whether [`write_in_project`] would refuse the file as it is now. Nothing is written.
///
/// # Errors
/// [`WriteError`].
pub(crate) fn check_in_project(project: &Path, path: &Path) -> Result<(), WriteError> {
    let failed = |error| WriteError::Io { path: path.to_owned(), error };
    let project = fs::canonicalize(project).map_err(failed)?;
    let folder = path.parent().unwrap_or(&project);
    // Looked at before folders are made, which would otherwise be made behind a link.
    let existing = folder.ancestors().find(|folder| folder.symlink_metadata().is_ok()).unwrap_or(&project);
    require_inside(&project, existing).map_err(failed)??;
    if !existing.is_dir() {
        return Err(WriteError::NotAFolder { path: existing.to_owned() });
    }
    require_file(path)
}

/// In the place of a file is a file, or nothing.
fn require_file(path: &Path) -> Result<(), WriteError> {
    match path.symlink_metadata() {
        Ok(found) if found.is_symlink() => {
            Err(WriteError::NotAFile { path: path.to_owned(), what: "a link" })
        }
        Ok(found) if !found.is_file() => {
            Err(WriteError::NotAFile { path: path.to_owned(), what: "something else" })
        }
        Ok(_) => Ok(()),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        Err(error) => Err(WriteError::Io { path: path.to_owned(), error }),
    }
}

/// Writes a file that its user named. Within the project it is one of the project's; elsewhere links are followed, and
/// what is no file, such as a pipe, is written into.
///
/// # Errors
/// [`WriteError`].
pub(crate) fn write_named(project: &Path, path: &Path, text: &str) -> Result<(), WriteError> {
    if path.starts_with(project) {
        return write_in_project(project, path, text);
    }
    let failed = |error| WriteError::Io { path: path.to_owned(), error };
    match fs::metadata(path) {
        Ok(found) if !found.is_file() => fs::write(path, text).map_err(failed),
        Ok(_) => fs::canonicalize(path).and_then(|path| replace(&path, text)).map_err(failed),
        Err(_) => replace(path, text).map_err(failed),
    }
}

fn require_inside(project: &Path, folder: &Path) -> io::Result<Result<(), WriteError>> {
    let inside = fs::canonicalize(folder)?.starts_with(project);
    Ok(if inside { Ok(()) } else { Err(WriteError::Outside { path: folder.to_owned() }) })
}

/// Puts a new file in the place of the old one, when all of it is on the disk.
fn replace(path: &Path, text: &str) -> io::Result<()> {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let mode = fs::metadata(path).map(|found| found.permissions());
    let mut new = tempfile::Builder::new()
        .prefix(".onevent-")
        .permissions(Permissions::from_mode(NEW_FILE))
        .tempfile_in(folder)?;
    new.write_all(text.as_bytes())?;
    if let Ok(mode) = mode {
        new.as_file().set_permissions(mode)?;
    }
    new.as_file().sync_all()?;
    new.persist(path).map_err(|error| error.error)?;
    // The name is on the disk as well. Where folders cannot be synced, the system does it in its time.
    let _ = File::open(folder).and_then(|folder| folder.sync_all());
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::symlink;

    use super::*;

    /// A project and a folder outside of it.
    fn folders() -> (tempfile::TempDir, PathBuf, PathBuf) {
        let root = tempfile::tempdir().unwrap();
        let (project, outside) = (root.path().join("project"), root.path().join("outside"));
        fs::create_dir_all(project.join("crm")).unwrap();
        fs::create_dir_all(&outside).unwrap();
        fs::write(outside.join("victim"), "before").unwrap();
        (root, project, outside)
    }

    /// Everything in a folder, by name.
    fn content(folder: &Path) -> Vec<(PathBuf, String)> {
        let entries = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
        let mut found: Vec<_> =
            entries.map(|path| (path.clone(), fs::read_to_string(&path).unwrap_or_default())).collect();
        found.sort();
        found
    }

    #[test]
    fn a_file_is_made_with_its_folders_and_replaced_whole() {
        let (_root, project, _) = folders();
        let path = project.join("crm/tests/setup.test.json");
        write_in_project(&project, &path, "one").unwrap();
        fs::set_permissions(&path, Permissions::from_mode(0o640)).unwrap();
        // Who has the old file open keeps it: it was not written into.
        let old = fs::hard_link(&path, project.join("old"));
        old.unwrap();
        write_in_project(&project, &path, "two").unwrap();
        assert_eq!(
            (fs::read_to_string(&path).unwrap(), fs::read_to_string(project.join("old")).unwrap()),
            ("two".into(), "one".into())
        );
        assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o640);
        assert_eq!(content(&project.join("crm/tests")).len(), 1, "nothing is left beside it");
    }

    #[test]
    fn nothing_outside_of_the_project_is_written_through_links() {
        for link in ["file", "dangling", "folder", "integration", "new folder"] {
            let (_root, project, outside) = folders();
            let tests = project.join("crm/tests");
            let path = tests.join("setup.test.json");
            let make = |from: &Path, to: &Path| {
                fs::create_dir_all(to.parent().unwrap()).unwrap();
                symlink(from, to).unwrap();
            };
            match link {
                "file" => make(&outside.join("victim"), &path),
                "dangling" => make(&outside.join("new"), &path),
                "folder" => make(&outside, &tests),
                "new folder" => make(&outside.join("new"), &tests),
                _ => {
                    fs::remove_dir(project.join("crm")).unwrap();
                    make(&outside, &project.join("crm"));
                }
            }
            let before = content(&outside);
            assert!(write_in_project(&project, &path, "x").is_err(), "{link}");
            assert!(write_named(&project, &path, "x").is_err(), "{link}");
            assert_eq!(content(&outside), before, "{link}");
        }
    }

    #[test]
    fn links_within_the_project_and_a_project_behind_a_link_are_fine() {
        let (root, project, outside) = folders();
        fs::create_dir(project.join("shared")).unwrap();
        symlink(project.join("shared"), project.join("crm/tests")).unwrap();
        symlink(&project, root.path().join("linked")).unwrap();
        let linked = root.path().join("linked");
        write_in_project(&linked, &linked.join("crm/tests/a.json"), "x").unwrap();
        assert_eq!(fs::read_to_string(project.join("shared/a.json")).unwrap(), "x");
        // What a user names outside is the user's.
        write_named(&project, &outside.join("victim"), "after").unwrap();
        write_named(&project, Path::new("/dev/null"), "x").unwrap();
        assert_eq!(fs::read_to_string(outside.join("victim")).unwrap(), "after");
    }
}
