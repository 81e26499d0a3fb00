//! A project's files as the resolver of packages sees them: the project is the whole file system.
//!
//! Its root is `/`, so no path, however it is written, climbs out of it. Links are followed inside the project only.

use std::io;
use std::path::{Component, Path, PathBuf};
use std::sync::Arc;

use oxc_resolver::{FileMetadata, FileSystem, ResolveError};

use crate::folder_reading::ProjectFiles;
use crate::limits::MAX_MANIFEST_DEPTH;
use crate::source::Files;

/// The files of a project, behind the resolver's own trait.
#[derive(Clone)]
pub(super) struct ProjectFileSystem {
    files: Files,
}

impl ProjectFileSystem {
    pub(super) fn of(files: Files) -> Self {
        Self { files }
    }
}

/// What lies at a real path of files in memory; they have folders only by their names.
fn in_memory(files: &ProjectFiles, path: &str) -> io::Result<FileMetadata> {
    if files.files.contains_key(path) {
        Ok(FileMetadata::new(true, false, false))
    } else if files.is_folder(path) {
        Ok(FileMetadata::new(false, true, false))
    } else {
        Err(io::ErrorKind::NotFound.into())
    }
}

/// The same, where the last part of the path may be a link itself.
fn entry_in_memory(files: &ProjectFiles, path: &str) -> io::Result<FileMetadata> {
    let (folder, name) = path.rsplit_once('/').unwrap_or(("", path));
    let folder = files.real(folder);
    let entry = if folder.is_empty() { name.to_owned() } else { format!("{folder}/{name}") };
    if files.links.contains_key(&entry) {
        Ok(FileMetadata::new(false, false, true))
    } else {
        in_memory(files, &entry)
    }
}

/// Whether the JSON of a manifest, which is all that the resolver reads, nests deeper than its parser may be trusted with.
fn nests_deep(json: &str) -> bool {
    let (mut depth, mut is_text, mut is_escaped) = (0_usize, false, false);
    for byte in json.bytes() {
        match byte {
            _ if is_escaped => is_escaped = false,
            b'\\' if is_text => is_escaped = true,
            b'"' => is_text = !is_text,
            b'[' | b'{' if !is_text => depth += 1,
            b']' | b'}' if !is_text => depth = depth.saturating_sub(1),
            _ => {}
        }
        if depth > MAX_MANIFEST_DEPTH {
            return true;
        }
    }
    false
}

/// The path below the root, with `/`, and every `.` and `..` worked off.
fn below_root(path: &Path) -> io::Result<String> {
    let mut parts: Vec<&str> = Vec::new();
    for component in path.components() {
        match component {
            Component::Normal(part) => parts.push(part.to_str().ok_or(io::ErrorKind::InvalidFilename)?),
            Component::ParentDir => {
                parts.pop();
            }
            Component::RootDir | Component::CurDir | Component::Prefix(_) => {}
        }
    }
    Ok(parts.join("/"))
}

/// The real path of `path` below `root`, every link followed; an error where that leaves the project.
fn confined(root: &Path, path: &str) -> io::Result<PathBuf> {
    let real = root.join(path).canonicalize()?;
    if real.starts_with(root.canonicalize()?) {
        Ok(real)
    } else {
        Err(io::ErrorKind::PermissionDenied.into())
    }
}

/// The same, where the last part of the path may be a link itself.
fn confined_entry(root: &Path, path: &str) -> io::Result<PathBuf> {
    match path.rsplit_once('/') {
        Some((folder, name)) => Ok(confined(root, folder)?.join(name)),
        None => Ok(root.canonicalize()?.join(path)),
    }
}

/// A real path inside the project as the resolver sees it.
fn seen(root: &Path, real: &Path) -> io::Result<PathBuf> {
    let inside = real.strip_prefix(root.canonicalize()?).map_err(|_| io::ErrorKind::PermissionDenied)?;
    Ok(Path::new("/").join(inside))
}

impl FileSystem for ProjectFileSystem {
    fn new() -> Self {
        Self { files: Files::Memory(Arc::default()) }
    }

    fn read(&self, path: &Path) -> io::Result<Vec<u8>> {
        self.read_to_string(path).map(String::into_bytes)
    }

    fn read_to_string(&self, path: &Path) -> io::Result<String> {
        let text = self.files.read(&below_root(path)?).map_err(|error| io::Error::other(error.message))?;
        if nests_deep(&text) {
            return Err(io::Error::other("it nests too deep"));
        }
        Ok(text.as_ref().to_owned())
    }

    fn metadata(&self, path: &Path) -> io::Result<FileMetadata> {
        let path = below_root(path)?;
        match &self.files {
            Files::Memory(files) => in_memory(files, &files.real(&path)),
            Files::Directory(folder) => {
                let found = confined(&folder.root, &path)?.metadata()?;
                if found.is_file() {
                    folder.saw(&path);
                }
                Ok(found.into())
            }
        }
    }

    fn symlink_metadata(&self, path: &Path) -> io::Result<FileMetadata> {
        let path = below_root(path)?;
        match &self.files {
            Files::Memory(files) => entry_in_memory(files, &path),
            Files::Directory(folder) => Ok(confined_entry(&folder.root, &path)?.symlink_metadata()?.into()),
        }
    }

    fn read_link(&self, path: &Path) -> Result<PathBuf, ResolveError> {
        Ok(self.canonicalize(path)?)
    }

    fn canonicalize(&self, path: &Path) -> io::Result<PathBuf> {
        let path = below_root(path)?;
        match &self.files {
            Files::Memory(files) => {
                let real = files.real(&path);
                in_memory(files, &real).map(|_| Path::new("/").join(real))
            }
            Files::Directory(folder) => seen(&folder.root, &confined(&folder.root, &path)?),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::folder::ProjectFolder;

    fn memory(files: impl IntoIterator<Item = (&'static str, String)>) -> ProjectFileSystem {
        let files = files.into_iter().map(|(path, text)| (path.to_owned(), Arc::from(text))).collect();
        ProjectFileSystem::of(Files::Memory(Arc::new(ProjectFiles { files, ..ProjectFiles::default() })))
    }

    #[test]
    fn files_in_memory_have_folders_by_their_names() {
        let files = ["node_modules/a/index.js", "node_modules/ab.js"];
        let files = memory(files.map(|path| (path, "text".to_owned())));
        let metadata = |path: &str| files.metadata(Path::new(path)).ok();
        assert!(metadata("/node_modules/a").is_some_and(FileMetadata::is_dir));
        assert!(metadata("/").is_some_and(FileMetadata::is_dir));
        assert!(metadata("/node_modules/a/index.js").is_some_and(FileMetadata::is_file));
        assert!(metadata("/node_modules/a/../../../node_modules/ab.js").is_some_and(FileMetadata::is_file));
        assert!(metadata("/node_modules/b").is_none());
        assert!(metadata("/node_modules/a/index").is_none());
    }

    #[test]
    fn a_manifest_that_nests_deep_is_not_read() {
        let deep = |levels: usize| format!("{{\"[\\\"{{\": {}{}}}", "[".repeat(levels), "]".repeat(levels));
        let files = memory([("flat.json", deep(20)), ("deep.json", deep(1_000_000))]);
        assert!(files.read_to_string(Path::new("/flat.json")).is_ok());
        assert!(files.read_to_string(Path::new("/deep.json")).is_err());
    }

    #[test]
    fn a_link_that_leaves_the_project_leads_nowhere() {
        let folder = tempfile::tempdir().unwrap();
        let (project, outside) = (folder.path().join("project"), folder.path().join("outside"));
        std::fs::create_dir_all(project.join("node_modules/own")).unwrap();
        std::fs::create_dir_all(outside.join("inner")).unwrap();
        std::fs::write(outside.join("secret.js"), "secret").unwrap();
        std::fs::write(project.join("node_modules/own/index.js"), "own").unwrap();
        std::os::unix::fs::symlink(&outside, project.join("node_modules/linked")).unwrap();
        std::os::unix::fs::symlink("own", project.join("node_modules/alias")).unwrap();
        let files = ProjectFileSystem::of(Files::Directory(ProjectFolder::new(project)));
        for path in ["/node_modules/linked", "/node_modules/linked/secret.js", "/node_modules/linked/inner"] {
            let path = Path::new(path);
            assert!(files.metadata(path).is_err(), "{path:?}");
            assert!(files.read_to_string(path).is_err(), "{path:?}");
            assert!(files.canonicalize(path).is_err(), "{path:?}");
            assert!(files.read_link(path).is_err(), "{path:?}");
        }
        assert!(files.symlink_metadata(Path::new("/node_modules/linked/secret.js")).is_err());
        let alias = Path::new("/node_modules/alias/index.js");
        assert_eq!(files.read_to_string(alias).unwrap(), "own");
        assert_eq!(files.canonicalize(alias).unwrap(), Path::new("/node_modules/own/index.js"));
    }
}
