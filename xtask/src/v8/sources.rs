//! Where the library can come from, in the order in which the places are tried.

use std::fmt;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::failure::Failure;
use crate::process;
use crate::v8::archive::Archive;
use crate::v8::carried;
use crate::v8::install;
use crate::v8::sums::{self, Knowledge, KnownSums};
use crate::v8::tried::Tried;
use crate::workspace::{Workspace, variable};

/// A download that gets no connection within this many seconds is given up: the carried library comes next.
const CONNECT_SECONDS: &str = "5";
/// The download program for machines without curl: Node is there in any case, for js-sdk.
const NODE_DOWNLOAD: &str = include_str!("../../v8/download.mjs");

/// One place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Source {
    /// `RUSTY_V8_ARCHIVE`, a file.
    ArchiveFile(PathBuf),
    /// `RUSTY_V8_ARCHIVE`, a URL.
    ArchiveUrl(String),
    /// A mirror folder.
    Mirror(PathBuf),
    /// The release page that the v8 crate downloads from.
    Release(String),
    /// The file that this repository carries, for machines that reach package registries only.
    Carried(PathBuf),
}

/// Why a file may be installed, or why not.
enum Verified {
    Yes(String),
    No(String),
}

impl Source {
    /// The places to try on this machine.
    pub(crate) fn in_order(workspace: &Workspace, archive: &Archive) -> Vec<Self> {
        let given = variable("RUSTY_V8_ARCHIVE").map(|given| {
            if given.starts_with("http://") || given.starts_with("https://") {
                Self::ArchiveUrl(given)
            } else {
                Self::ArchiveFile(PathBuf::from(given))
            }
        });
        let beside = workspace.root().join("../shared/v8");
        let mirror = variable("ONEVENT_V8_MIRROR")
            .map(PathBuf::from)
            .or_else(|| beside.is_dir().then(|| fs::canonicalize(&beside).unwrap_or(beside)))
            .map(Self::Mirror);
        let release = Self::Release(archive.url().to_owned());
        let carried = Self::Carried(workspace.root().join("third_party/v8").join(archive.carried_name()));
        given.into_iter().chain(mirror).chain([release, carried]).collect()
    }

    /// Tries to get and install the library from here.
    pub(crate) fn fetch(&self, archive: &Archive, sums: &KnownSums) -> Result<Tried, Failure> {
        match self {
            Self::ArchiveFile(file) => from_file(archive, file, |sum| trust_owner(archive, sums, sum)),
            Self::Mirror(folder) => {
                let file = folder.join(archive.file_name());
                let list = fs::read_to_string(folder.join("SHA256SUMS")).unwrap_or_default();
                let listed = sums::in_sha256sum_list(&list, archive.file_name());
                from_file(archive, &file, |sum| verify_mirror(archive, sums, listed, sum))
            }
            Self::ArchiveUrl(url) | Self::Release(url) => from_url(archive, sums, url),
            Self::Carried(file) => carried::unpack(archive, sums, file),
        }
    }
}

impl fmt::Display for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::ArchiveFile(file) => write!(f, "RUSTY_V8_ARCHIVE {}", file.display()),
            Self::ArchiveUrl(url) => write!(f, "RUSTY_V8_ARCHIVE {url}"),
            Self::Mirror(folder) => write!(f, "the mirror folder {}", folder.display()),
            Self::Release(_) => write!(f, "the release page of the v8 crate"),
            Self::Carried(_) => write!(f, "the library that this repository carries"),
        }
    }
}

fn from_file(
    archive: &Archive,
    file: &Path,
    verify: impl FnOnce(&str) -> Verified,
) -> Result<Tried, Failure> {
    if !file.is_file() {
        return Ok(Tried::Nothing { why: format!("{} does not exist", file.display()) });
    }
    match verify(&install::sum_of(file)?) {
        Verified::No(why) => Ok(Tried::Nothing { why }),
        Verified::Yes(check) => install::install_file(archive, file).map(|_| Tried::Installed { check }),
    }
}

fn from_url(archive: &Archive, sums: &KnownSums, url: &str) -> Result<Tried, Failure> {
    let partial = install::partial_path(archive)?;
    if let Err(why) = download(url, &partial) {
        let _ = fs::remove_file(&partial);
        return Ok(Tried::Nothing { why });
    }
    if !install::is_gzip(&partial) {
        let _ = fs::remove_file(&partial);
        return Ok(Tried::Nothing { why: "what came is not a gzip file".to_owned() });
    }
    match trust_owner(archive, sums, &install::sum_of(&partial)?) {
        Verified::Yes(check) => install::commit(archive, &partial).map(|_| Tried::Installed { check }),
        Verified::No(why) => {
            let _ = fs::remove_file(&partial);
            Ok(Tried::Nothing { why })
        }
    }
}

/// A file that its owner named, or that came over HTTPS from the release page: only a known wrong sum speaks
/// against it.
fn trust_owner(archive: &Archive, sums: &KnownSums, sum: &str) -> Verified {
    match sums.look_up(archive, sum) {
        Knowledge::Wanted => Verified::Yes(format!("SHA-256 {sum} verified")),
        Knowledge::Unknown => Verified::Yes(format!("SHA-256 {sum}, for which no list has an entry")),
        Knowledge::Other { version, file_name } => {
            Verified::No(format!("it is {file_name} of V8 {version}, not the library that is needed"))
        }
    }
}

/// A mirror's file must be what the mirror's own list says, and must not be another version's library: file names
/// do not say which version they are.
fn verify_mirror(archive: &Archive, sums: &KnownSums, listed: Option<&str>, sum: &str) -> Verified {
    match (sums.look_up(archive, sum), listed) {
        (Knowledge::Other { version, file_name }, _) => {
            Verified::No(format!("it holds {file_name} of V8 {version}, not the library that is needed"))
        }
        (_, Some(listed)) if listed != sum => {
            Verified::No(format!("its file has SHA-256 {sum}, but its SHA256SUMS says {listed}"))
        }
        (Knowledge::Wanted, _) => Verified::Yes(format!("SHA-256 {sum} verified")),
        (Knowledge::Unknown, Some(_)) => {
            Verified::Yes(format!("SHA-256 {sum} verified by the mirror's SHA256SUMS"))
        }
        (Knowledge::Unknown, None) => Verified::Yes(format!("SHA-256 {sum}, for which no list has an entry")),
    }
}

/// Downloads a URL to a file; the error says why not, in words.
fn download(url: &str, to: &Path) -> Result<(), String> {
    if process::exists("curl") {
        let mut curl = Command::new("curl");
        curl.args(["--fail", "--location", "--silent", "--show-error", "--connect-timeout", CONNECT_SECONDS]);
        // Slower than 1 KB/s for ten seconds is not a download any more.
        curl.args(["--speed-limit", "1000", "--speed-time", "10"]);
        curl.arg("--output").arg(to).arg(url);
        return process::run_as(&format!("curl {url}"), &mut curl)
            .map_err(|failure| failure.what().to_owned());
    }
    if process::exists("node") {
        let mut node = Command::new("node");
        node.args(["--input-type=module", "--eval", NODE_DOWNLOAD, "--", url]).arg(to);
        return process::run_as(&format!("node download.mjs {url}"), &mut node)
            .map_err(|failure| failure.what().to_owned());
    }
    Err("neither curl nor node is installed to download with".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mirrors_file_must_have_the_sum_that_the_mirror_lists() {
        let folder = tempfile::tempdir().unwrap();
        let archive = Archive::for_test("1.2.3", &folder.path().join("cache"));
        let sums = KnownSums::of_repository().unwrap();
        let mirror = folder.path().join("mirror");
        fs::create_dir_all(&mirror).unwrap();
        fs::create_dir_all(archive.folder()).unwrap();
        let source = Source::Mirror(mirror.clone());
        assert!(matches!(source.fetch(&archive, &sums).unwrap(), Tried::Nothing { .. }));

        fs::write(mirror.join(archive.file_name()), "abc").unwrap();
        fs::write(mirror.join("SHA256SUMS"), format!("{}  {}\n", "0".repeat(64), archive.file_name()))
            .unwrap();
        assert!(matches!(source.fetch(&archive, &sums).unwrap(), Tried::Nothing { .. }));
        assert!(!archive.installed().exists());

        let sum = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
        fs::write(mirror.join("SHA256SUMS"), format!("{sum}  {}\n", archive.file_name())).unwrap();
        assert!(matches!(source.fetch(&archive, &sums).unwrap(), Tried::Installed { .. }));
        assert_eq!(fs::read(archive.installed()).unwrap(), b"abc");
        assert!(matches!(install::check(&archive, &sums).unwrap(), install::Installed::Yes { .. }));

        fs::write(archive.installed(), "abd").unwrap();
        assert!(matches!(install::check(&archive, &sums).unwrap(), install::Installed::Damaged { .. }));
    }

    #[test]
    fn a_library_of_another_version_is_refused_whatever_its_name() {
        let archive = Archive::for_test("1.2.3", Path::new("/nowhere"));
        let sums = KnownSums::of_repository().unwrap();
        let other = sums.any_sum_for_test();
        assert!(matches!(trust_owner(&archive, &sums, &other), Verified::No(_)));
        assert!(matches!(verify_mirror(&archive, &sums, Some(&other), &other), Verified::No(_)));
    }
}
