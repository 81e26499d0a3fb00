//! What functions declared, in `.onevent/cache` of their project: a file for each description, of use to this program alone.
//!
//! Anybody may delete it at any time. Where it cannot be written nothing is said, and nothing in it is followed: no folder or
//! file of it may be a link.

use std::io::{self, Read as _, Write as _};
use std::os::fd::OwnedFd;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};

use onevent_engine::{DescriptionCache, DescriptionKey};
use rustix::fs::{AtFlags, CWD, Mode, OFlags};
use sha2::{Digest as _, Sha256};

/// The folder that is onevent's own, and those within it.
const FOLDERS: [&str; 3] = [".onevent", "cache", "descriptions"];

/// What an entry begins with. The number changes with the form.
const MARK: &str = "onevent description 1";

/// A longer description is not kept: 256 KiB.
const MAX_ENTRY_BYTES: usize = 256 * 1024;

/// So many are kept; then those that were written first go, until half of them are left. Twice what a project may list.
const MAX_ENTRIES: usize = 10_000;

/// And so many bytes of them: 64 MiB.
const MAX_BYTES: u64 = 64 * 1024 * 1024;

/// Only the owner may enter a folder of it, or read a file.
const FOLDER_MODE: Mode = Mode::RWXU;
const FILE_MODE: Mode = Mode::RUSR.union(Mode::WUSR);

const FOLDER: OFlags = OFlags::DIRECTORY.union(OFlags::NOFOLLOW).union(OFlags::CLOEXEC);
const FILE: OFlags = OFlags::NOFOLLOW.union(OFlags::CLOEXEC).union(OFlags::NONBLOCK);

/// The cache of one project.
pub(crate) struct DescriptionFolder {
    project: PathBuf,
    /// Whether this process has looked how many there are. One that loads a project adds no more than that has functions.
    has_made_room: AtomicBool,
}

impl DescriptionFolder {
    /// That of the project in this folder. Nothing is made before something is kept.
    pub(crate) fn of(project: &Path) -> Self {
        Self { project: project.to_owned(), has_made_room: AtomicBool::new(false) }
    }

    fn project(&self) -> io::Result<OwnedFd> {
        let flags = OFlags::DIRECTORY | OFlags::CLOEXEC;
        Ok(rustix::fs::openat(CWD, &self.project, flags, Mode::empty())?)
    }

    /// The folder, made where it is missing.
    fn made(&self) -> io::Result<OwnedFd> {
        let mut folder = self.project()?;
        for (depth, name) in FOLDERS.into_iter().enumerate() {
            match rustix::fs::mkdirat(&folder, name, FOLDER_MODE) {
                Ok(()) | Err(rustix::io::Errno::EXIST) => {}
                Err(error) => return Err(error.into()),
            }
            folder = rustix::fs::openat(&folder, name, FOLDER, Mode::empty())?;
            if depth == 0 {
                ignore(&folder)?;
            }
        }
        Ok(folder)
    }

    fn opened(&self) -> io::Result<OwnedFd> {
        let mut folder = self.project()?;
        for name in FOLDERS {
            folder = rustix::fs::openat(&folder, name, FOLDER, Mode::empty())?;
        }
        Ok(folder)
    }

    fn read(&self, key: &DescriptionKey) -> io::Result<Option<String>> {
        let folder = self.opened()?;
        let file = rustix::fs::openat(&folder, key.to_string(), OFlags::RDONLY | FILE, Mode::empty())?;
        let file = std::fs::File::from(file);
        if !file.metadata()?.is_file() {
            return Ok(None);
        }
        let mut text = String::new();
        // A larger one is cut, and then it is damaged.
        let limit = (first_line(key, "").len() + 1 + MAX_ENTRY_BYTES) as u64;
        file.take(limit).read_to_string(&mut text)?;
        let Some((first, description)) = text.split_once('\n') else { return Ok(None) };
        Ok((first_line(key, description) == first).then(|| description.to_owned()))
    }

    fn write(&self, descriptions: &[(DescriptionKey, String)]) -> io::Result<()> {
        let folder = self.made()?;
        for (key, description) in descriptions {
            if description.len() <= MAX_ENTRY_BYTES {
                write_entry(&folder, key, description)?;
            }
        }
        if self.has_made_room.swap(true, Ordering::Relaxed) {
            return Ok(());
        }
        make_room(&folder)
    }
}

impl DescriptionCache for DescriptionFolder {
    fn get(&self, key: &DescriptionKey) -> Option<String> {
        self.read(key).ok().flatten()
    }

    fn keep(&self, descriptions: &[(DescriptionKey, String)]) {
        let _ = self.write(descriptions);
    }
}

/// Says what an entry is, and of which key; and what its description hashes to, so that a damaged one is seen.
fn first_line(key: &DescriptionKey, description: &str) -> String {
    format!("{MARK} {key} {}", hex::encode(Sha256::digest(description.as_bytes())))
}

/// Writes an entry under another name, and then puts it in its place: others see all of it or nothing.
fn write_entry(folder: &OwnedFd, key: &DescriptionKey, description: &str) -> io::Result<()> {
    let name = key.to_string();
    let unfinished = format!("{name}.{}", std::process::id());
    let flags = OFlags::WRONLY | OFlags::CREATE | OFlags::EXCL | FILE;
    let file = rustix::fs::openat(folder, &unfinished, flags, FILE_MODE)?;
    let mut file = std::fs::File::from(file);
    let written = file
        .write_all(format!("{}\n{description}", first_line(key, description)).as_bytes())
        .and_then(|()| Ok(rustix::fs::renameat(folder, &unfinished, folder, &name)?));
    if written.is_err() {
        let _ = rustix::fs::unlinkat(folder, &unfinished, AtFlags::empty());
    }
    written
}

/// Keeps the folder out of git, as the database's does.
fn ignore(folder: &OwnedFd) -> io::Result<()> {
    let flags = OFlags::WRONLY | OFlags::CREATE | OFlags::EXCL | FILE;
    match rustix::fs::openat(folder, ".gitignore", flags, FILE_MODE) {
        Ok(file) => std::fs::File::from(file).write_all(b"*\n"),
        Err(rustix::io::Errno::EXIST) => Ok(()),
        Err(error) => Err(error.into()),
    }
}

/// Removes the oldest entries where there are too many; among them is what a process that was killed has left half written.
fn make_room(folder: &OwnedFd) -> io::Result<()> {
    let mut entries = Vec::new();
    let mut bytes = 0;
    for entry in rustix::fs::Dir::read_from(folder)? {
        let entry = entry?;
        let name = entry.file_name().to_owned();
        let Ok(found) = rustix::fs::statat(folder, &name, AtFlags::SYMLINK_NOFOLLOW) else { continue };
        if !rustix::fs::FileType::from_raw_mode(found.st_mode).is_file() {
            continue;
        }
        let size = u64::try_from(found.st_size).unwrap_or_default();
        bytes += size;
        entries.push((found.st_mtime, size, name));
    }
    if entries.len() <= MAX_ENTRIES && bytes <= MAX_BYTES {
        return Ok(());
    }
    entries.sort_unstable();
    let mut left = entries.len();
    for (_, size, name) in &entries {
        if left <= MAX_ENTRIES / 2 && bytes <= MAX_BYTES / 2 {
            break;
        }
        rustix::fs::unlinkat(folder, name, AtFlags::empty())?;
        left -= 1;
        bytes -= size;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::os::unix::fs::{PermissionsExt as _, symlink};
    use std::sync::Arc;

    use onevent_engine::{Engine, ProjectSource};

    use super::*;

    const DESCRIPTION: &str = "what it does";

    /// A project with one function.
    fn project() -> tempfile::TempDir {
        let project = tempfile::tempdir().unwrap();
        fs::create_dir_all(project.path().join("acme/on-events")).unwrap();
        fs::write(project.path().join("index.ts"), "import './acme/on-events/check';").unwrap();
        write_function(&project, DESCRIPTION);
        project
    }

    fn write_function(project: &tempfile::TempDir, description: &str) {
        let code = format!(
            "import {{ createOnEvent }} from 'nango';\nexport default createOnEvent({{ description: '{description}', \
             event: 'validate-connection', exec: async () => {{}} }});"
        );
        fs::write(project.path().join("acme/on-events/check.ts"), code).unwrap();
    }

    /// The description of the function, as an engine of its own loads it.
    async fn loaded(project: &tempfile::TempDir) -> String {
        let cache = Arc::new(DescriptionFolder::of(project.path()));
        let engine = Engine::builder().descriptions(cache).build().unwrap();
        let loaded = engine.load(ProjectSource::directory(project.path())).await.unwrap();
        loaded.functions[0].description.clone().unwrap()
    }

    fn entries(project: &tempfile::TempDir) -> Vec<PathBuf> {
        let folder = project.path().join(".onevent/cache/descriptions");
        let found = fs::read_dir(folder).into_iter().flatten();
        found.map(|entry| entry.unwrap().path()).collect()
    }

    /// Makes the only entry say something else, and be whole.
    fn plant(project: &tempfile::TempDir, description: &str) -> PathBuf {
        let entry = entries(project).pop().unwrap();
        let text = fs::read_to_string(&entry).unwrap();
        let (first, body) = text.split_once('\n').unwrap();
        let body = body.replace(DESCRIPTION, description);
        let digest = hex::encode(Sha256::digest(body.as_bytes()));
        let (before, _) = first.rsplit_once(' ').unwrap();
        fs::write(&entry, format!("{before} {digest}\n{body}")).unwrap();
        entry
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn what_a_function_declared_is_read_from_its_project_until_its_code_changes() {
        let project = project();
        assert_eq!(loaded(&project).await, DESCRIPTION);
        let mode = |path: &str| fs::metadata(project.path().join(path)).unwrap().permissions().mode() & 0o777;
        assert_eq!((mode(".onevent"), mode(".onevent/cache/descriptions")), (0o700, 0o700));
        assert_eq!(fs::metadata(&entries(&project)[0]).unwrap().permissions().mode() & 0o777, 0o600);
        assert_eq!(fs::read_to_string(project.path().join(".onevent/.gitignore")).unwrap(), "*\n");

        plant(&project, "planted");
        assert_eq!(loaded(&project).await, "planted", "it is used");
        write_function(&project, "another");
        assert_eq!(loaded(&project).await, "another");
        assert_eq!(entries(&project).len(), 2);
        fs::remove_dir_all(project.path().join(".onevent")).unwrap();
        assert_eq!(loaded(&project).await, "another");
        assert_eq!(entries(&project).len(), 1);
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn an_entry_that_is_damaged_or_foreign_is_none() {
        let project = project();
        loaded(&project).await;
        let damages: [fn(&str) -> String; 6] = [
            |text| text.replace("planted", "plante!"),
            |text| text.replace(" 1 ", " 2 "),
            |text| text[..text.len() - 1].to_owned(),
            |text| text.replacen('\n', "", 1),
            |_| String::new(),
            // That of another key.
            |text| {
                let at = text.find(" 1 ").unwrap() + 3;
                format!("{}{}{}", &text[..at], "0".repeat(64), &text[at + 64..])
            },
        ];
        for (number, damage) in damages.into_iter().enumerate() {
            let entry = plant(&project, "planted");
            assert_eq!(loaded(&project).await, "planted", "{number}");
            let whole = fs::read_to_string(&entry).unwrap();
            fs::write(&entry, damage(&whole)).unwrap();
            assert_eq!(loaded(&project).await, DESCRIPTION, "{number}");
        }
        let entry = plant(&project, "planted");
        let elsewhere = project.path().join("elsewhere");
        fs::rename(&entry, &elsewhere).unwrap();
        symlink(&elsewhere, &entry).unwrap();
        assert_eq!(loaded(&project).await, DESCRIPTION, "a link is not followed");
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn nothing_is_written_through_a_link_and_nothing_is_said_where_nothing_can_be() {
        let outside = tempfile::tempdir().unwrap();
        for link in [".onevent", ".onevent/cache", ".onevent/cache/descriptions"] {
            let project = project();
            let link = project.path().join(link);
            fs::create_dir_all(link.parent().unwrap()).unwrap();
            symlink(outside.path(), &link).unwrap();
            assert_eq!(loaded(&project).await, DESCRIPTION);
            assert_eq!(fs::read_dir(outside.path()).unwrap().count(), 0, "{}", link.display());
        }
        let in_the_way = project();
        fs::write(in_the_way.path().join(".onevent"), "a file").unwrap();
        assert_eq!(loaded(&in_the_way).await, DESCRIPTION);
        assert_eq!(fs::read_to_string(in_the_way.path().join(".onevent")).unwrap(), "a file");
    }

    #[test]
    fn the_oldest_entries_go_where_there_are_too_many() {
        let project = tempfile::tempdir().unwrap();
        let cache = DescriptionFolder::of(project.path());
        let folder = cache.made().unwrap();
        let path = project.path().join(".onevent/cache/descriptions");
        // Files without content hold no blocks.
        for number in 0..5_u64 {
            let file = fs::File::create(path.join(number.to_string())).unwrap();
            file.set_len(MAX_BYTES / 4).unwrap();
            let written = std::time::UNIX_EPOCH + std::time::Duration::from_secs(number);
            file.set_modified(written).unwrap();
        }
        make_room(&folder).unwrap();
        let mut left: Vec<_> = fs::read_dir(&path)
            .unwrap()
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .collect();
        left.sort();
        assert_eq!(left, ["3", "4"]);
    }
}
