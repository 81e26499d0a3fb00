//! The library that lies in the repository itself: packed with xz, a tenth of its size.

use std::fs::File;
use std::io::{self, BufReader};
use std::path::Path;

use lzma_rust2::XzReader;

use crate::failure::Failure;
use crate::terminal;
use crate::v8::archive::Archive;
use crate::v8::install;
use crate::v8::sums::{Knowledge, KnownSums};
use crate::v8::tried::Tried;

/// Checks the file's sum, unpacks it, checks the sum of what came out, and installs that: the build script of the v8
/// crate takes a library that is not packed as well.
pub(crate) fn unpack(archive: &Archive, sums: &KnownSums, file: &Path) -> Result<Tried, Failure> {
    if !file.is_file() {
        return Ok(Tried::Nothing { why: format!("{} does not exist", file.display()) });
    }
    let packed = install::sum_of(file)?;
    if sums.look_up(archive, &packed) != Knowledge::Wanted {
        return Ok(Tried::Nothing { why: unlisted(file, &packed) });
    }
    terminal::detail("unpacking it: some seconds");
    let partial = install::partial_path(archive)?;
    let unpacked = (|| {
        let packed = BufReader::new(File::open(file)?);
        io::copy(&mut XzReader::new(packed, false), &mut File::create(&partial)?)
    })();
    unpacked.map_err(|error| Failure::io(format!("cannot unpack {}", file.display()), &error))?;
    let sum = install::sum_of(&partial)?;
    if sums.look_up(archive, &sum) != Knowledge::Wanted {
        let _ = std::fs::remove_file(&partial);
        return Ok(Tried::Nothing { why: unlisted(&partial, &sum) });
    }
    install::commit(archive, &partial)?;
    Ok(Tried::Installed { check: format!("SHA-256 {sum} verified") })
}

fn unlisted(file: &Path, sum: &str) -> String {
    format!("{} has SHA-256 {sum}, which third_party/v8/SHA256SUMS does not list for it", file.display())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_that_no_list_has_is_not_unpacked() {
        let folder = tempfile::tempdir().unwrap();
        let archive = Archive::for_test("1.2.3", &folder.path().join("cache"));
        std::fs::create_dir_all(archive.folder()).unwrap();
        let sums = KnownSums::of_repository().unwrap();
        let file = folder.path().join("library.a.xz");
        assert!(matches!(unpack(&archive, &sums, &file).unwrap(), Tried::Nothing { .. }));
        std::fs::write(&file, "not packed").unwrap();
        assert!(matches!(unpack(&archive, &sums, &file).unwrap(), Tried::Nothing { .. }));
        assert!(!archive.installed().exists());
    }
}
