//! The folder that the v8 crate's build script looks into: what is there, and how a file gets there.

use std::fs::{self, File};
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use crate::digest;
use crate::failure::Failure;
use crate::terminal;
use crate::v8::archive::Archive;
use crate::v8::sums::{Knowledge, KnownSums};

/// What the folder holds.
pub(crate) enum Installed {
    /// The library.
    Yes {
        /// How we know.
        why: String,
    },
    /// A file that cannot be the library.
    Damaged {
        /// How we know, to follow "the installed library".
        why: String,
    },
    /// Nothing.
    No,
}

/// How a static library starts that is not packed (`ar`). The build script of the v8 crate takes both.
const UNPACKED: [u8; 8] = *b"!<arch>\n";

/// Lets one xtask at a time change the folder; the lock ends when the value is dropped.
pub(crate) fn lock(archive: &Archive) -> Result<File, Failure> {
    let path = archive.folder().join(".onevent.lock");
    let failed = |error: &io::Error| Failure::io(format!("cannot lock {}", path.display()), error);
    fs::create_dir_all(archive.folder()).map_err(|error| failed(&error))?;
    let file = File::create(&path).map_err(|error| failed(&error))?;
    if file.try_lock().is_err() {
        terminal::step("waiting", format!("for another xtask that holds {}", path.display()));
        file.lock().map_err(|error| failed(&error))?;
    }
    Ok(file)
}

/// Looks at what is installed.
pub(crate) fn check(archive: &Archive, sums: &KnownSums) -> Result<Installed, Failure> {
    let path = archive.installed();
    if !path.exists() {
        return Ok(Installed::No);
    }
    let sum = sum_of(&path)?;
    if let Some(recorded) = recorded_sum(archive) {
        return Ok(if recorded == sum {
            Installed::Yes { why: format!("SHA-256 {sum} as noted when it was installed") }
        } else {
            Installed::Damaged { why: format!("has SHA-256 {sum}, but {recorded} was installed") }
        });
    }
    match sums.look_up(archive, &sum) {
        Knowledge::Wanted => Ok(Installed::Yes { why: format!("SHA-256 {sum} verified") }),
        Knowledge::Other { version, file_name } => {
            Ok(Installed::Damaged { why: format!("is {file_name} of V8 {version}") })
        }
        // Another project, or the owner of the machine, put it there: it is theirs to vouch for.
        Knowledge::Unknown if is_gzip(&path) || starts_with(&path, UNPACKED) => {
            Ok(Installed::Yes { why: format!("SHA-256 {sum}, for which no list has an entry") })
        }
        Knowledge::Unknown => Ok(Installed::Damaged {
            why: "is not in any list and neither a gzip file nor a library".to_owned(),
        }),
    }
}

/// Copies a file that was checked into place; returns its sum.
pub(crate) fn install_file(archive: &Archive, file: &Path) -> Result<String, Failure> {
    let partial = partial_path(archive)?;
    // Not `fs::copy`: a mirror may be read-only, and its mode must not come along.
    let copied =
        File::open(file).and_then(|mut from| io::copy(&mut from, &mut File::create(&partial)?)).map_err(
            |error| Failure::io(format!("cannot copy {} to {}", file.display(), partial.display()), &error),
        );
    copied.and_then(|_| commit(archive, &partial))
}

/// A file of ours in the folder, to be filled and then handed to [`commit`]. Leftovers of a killed run go away.
pub(crate) fn partial_path(archive: &Archive) -> Result<PathBuf, Failure> {
    let mut name = archive.installed().into_os_string();
    name.push(".partial");
    let partial = PathBuf::from(name);
    match fs::remove_file(&partial) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => {
            Err(Failure::io(format!("cannot remove {}", partial.display()), &error))
        }
        Ok(()) | Err(_) => Ok(partial),
    }
}

/// Puts a filled partial file in its place, in one step that a build running now cannot see half of.
pub(crate) fn commit(archive: &Archive, partial: &Path) -> Result<String, Failure> {
    let installed = archive.installed();
    let sum = sum_of(partial)?;
    let record = archive.sum_record();
    // The record goes first and comes last: a run killed in between leaves a library without one, never a wrong one.
    let _ = fs::remove_file(&record);
    File::open(partial)
        .and_then(|file| file.sync_all())
        .and_then(|()| fs::rename(partial, &installed))
        .and_then(|()| fs::write(&record, &sum))
        .map_err(|error| Failure::io(format!("cannot install {}", installed.display()), &error))?;
    Ok(sum)
}

/// The sum of a file, as a failure names it.
pub(crate) fn sum_of(path: &Path) -> Result<String, Failure> {
    digest::of_file(path).map_err(|error| Failure::io(format!("cannot read {}", path.display()), &error))
}

/// Whether a file starts as gzip files do.
pub(crate) fn is_gzip(path: &Path) -> bool {
    starts_with(path, [0x1f, 0x8b])
}

fn starts_with<const N: usize>(path: &Path, expected: [u8; N]) -> bool {
    let mut start = [0; N];
    File::open(path).and_then(|mut file| file.read_exact(&mut start)).is_ok() && start == expected
}

fn recorded_sum(archive: &Archive) -> Option<String> {
    fs::read_to_string(archive.sum_record()).ok().map(|text| text.trim().to_owned())
}
