//! SHA-256 sums of files.

use std::fs::File;
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use sha2::{Digest, Sha256};

/// The sum of one file, in lower-case hexadecimal.
pub(crate) fn of_file(path: &Path) -> io::Result<String> {
    let mut sum = Sha256::new();
    feed(&mut sum, path)?;
    Ok(hex(sum))
}

/// One sum over several files, their paths included; `base` is taken off the paths first.
///
/// A file that does not exist counts as absent, so that its appearance changes the sum.
pub(crate) fn of_files(base: &Path, files: &[PathBuf]) -> io::Result<String> {
    let mut sum = Sha256::new();
    for file in files {
        let name = file.strip_prefix(base).unwrap_or(file);
        sum.update(name.to_string_lossy().as_bytes());
        sum.update([0]);
        match of_file(file) {
            Ok(content) => sum.update(content.as_bytes()),
            Err(error) if error.kind() == io::ErrorKind::NotFound => sum.update(b"absent"),
            Err(error) => return Err(error),
        }
        sum.update([0]);
    }
    Ok(hex(sum))
}

fn feed(sum: &mut Sha256, path: &Path) -> io::Result<()> {
    let mut file = File::open(path)?;
    let mut buffer = vec![0; 1 << 16];
    loop {
        match file.read(&mut buffer)? {
            0 => return Ok(()),
            read => sum.update(buffer.get(..read).unwrap_or_default()),
        }
    }
}

fn hex(sum: Sha256) -> String {
    sum.finalize().iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sum_is_the_one_of_sha256sum() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("a");
        std::fs::write(&file, "abc").unwrap();
        let expected = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
        assert_eq!(of_file(&file).unwrap(), expected);
    }

    #[test]
    fn a_sum_over_files_sees_names_contents_and_absence() {
        let folder = tempfile::tempdir().unwrap();
        let (a, b) = (folder.path().join("a"), folder.path().join("b"));
        std::fs::write(&a, "1").unwrap();
        let sum = |files: &[&PathBuf]| {
            of_files(folder.path(), &files.iter().map(|file| (*file).clone()).collect::<Vec<_>>()).unwrap()
        };
        let absent = sum(&[&a, &b]);
        std::fs::write(&b, "").unwrap();
        let empty = sum(&[&a, &b]);
        assert_ne!(absent, empty);
        std::fs::rename(&a, folder.path().join("c")).unwrap();
        assert_ne!(empty, sum(&[&folder.path().join("c"), &b]));
    }
}
