//! Reading a file that somebody else wrote: a regular file of a bounded size, or an error. Nothing is waited for.

use std::fs::{File, FileType, Metadata, OpenOptions};
use std::io::{self, Read as _};
use std::os::unix::fs::{FileTypeExt as _, OpenOptionsExt as _};
use std::path::Path;
use std::sync::Arc;

use bytesize::ByteSize;
use rustix::fs::OFlags;
use thiserror::Error;

/// Why a file was not read. As words after "cannot be read:".
#[derive(Debug, Clone, Error)]
#[non_exhaustive]
pub enum ReadError {
    /// It is a folder.
    #[error("it is a folder")]
    Folder,
    /// It is a pipe, a socket or a device: reading it may wait for ever, or never end.
    #[error("it is {0}, not a file")]
    Special(&'static str),
    /// It is larger than what is read.
    #[error("it is larger than {}", ByteSize(*.limit).display().iec())]
    TooLarge {
        /// The most that is read, in bytes.
        limit: u64,
    },
    /// It is not UTF-8.
    #[error("it is not UTF-8 text")]
    NotText,
    /// The system refused.
    #[error("{0}")]
    System(Arc<io::Error>),
}

impl ReadError {
    /// Whether there is no such file.
    #[must_use]
    pub fn is_missing(&self) -> bool {
        matches!(self, Self::System(error) if error.kind() == io::ErrorKind::NotFound)
    }
}

impl From<io::Error> for ReadError {
    fn from(error: io::Error) -> Self {
        Self::System(Arc::new(error))
    }
}

/// Reads a text file of at most `limit` bytes. Links are followed.
///
/// # Errors
/// [`ReadError`]: it is missing, no regular file, larger, or not UTF-8.
pub fn read_text(path: &Path, limit: u64) -> Result<String, ReadError> {
    // Looked at before it is opened: opening alone makes some devices do something.
    check(&path.metadata()?, limit)?;
    // Without waiting for a writer, if it has become a pipe by now; files are not concerned.
    let flags = OFlags::NONBLOCK | OFlags::NOCTTY;
    let file = OpenOptions::new().read(true).custom_flags(flags.bits().cast_signed()).open(path)?;
    read_open(file, limit)
}

fn read_open(file: File, limit: u64) -> Result<String, ReadError> {
    check(&file.metadata()?, limit)?;
    // It may grow meanwhile.
    read_stream(file, limit)
}

/// Reads the text of a stream that is meant to be waited for, like standard input; at most `limit` bytes.
///
/// # Errors
/// [`ReadError`]: it is larger, or not UTF-8.
pub fn read_stream(stream: impl io::Read, limit: u64) -> Result<String, ReadError> {
    let mut bytes = Vec::new();
    stream.take(limit.saturating_add(1)).read_to_end(&mut bytes)?;
    if bytes.len() as u64 > limit {
        return Err(ReadError::TooLarge { limit });
    }
    String::from_utf8(bytes).map_err(|_| ReadError::NotText)
}

fn check(found: &Metadata, limit: u64) -> Result<(), ReadError> {
    if found.is_dir() {
        return Err(ReadError::Folder);
    }
    if let Some(special) = special(found.file_type()) {
        return Err(ReadError::Special(special));
    }
    if found.len() > limit {
        return Err(ReadError::TooLarge { limit });
    }
    Ok(())
}

fn special(kind: FileType) -> Option<&'static str> {
    if kind.is_file() {
        None
    } else if kind.is_fifo() {
        Some("a named pipe")
    } else if kind.is_socket() {
        Some("a socket")
    } else {
        Some("a device")
    }
}

#[cfg(test)]
mod tests {
    use std::os::unix::net::UnixListener;

    use rustix::fs::{CWD, FileType, Mode, mknodat};

    use super::*;

    #[test]
    fn only_files_are_read_and_nothing_is_waited_for() {
        let folder = tempfile::tempdir().unwrap();
        let at = |name: &str| folder.path().join(name);
        std::fs::write(at("file"), "text").unwrap();
        std::os::unix::fs::symlink("file", at("link")).unwrap();
        assert_eq!(read_text(&at("file"), 4).unwrap(), "text");
        assert_eq!(read_text(&at("link"), 4).unwrap(), "text");
        mknodat(CWD, at("pipe"), FileType::Fifo, Mode::RUSR, 0).unwrap();
        let _listener = UnixListener::bind(at("socket")).unwrap();
        std::os::unix::fs::symlink("pipe", at("link-to-pipe")).unwrap();
        let refused = |path: &Path| read_text(path, 1024).unwrap_err().to_string();
        assert_eq!(refused(&at("pipe")), "it is a named pipe, not a file");
        assert_eq!(refused(&at("link-to-pipe")), "it is a named pipe, not a file");
        assert_eq!(refused(&at("socket")), "it is a socket, not a file");
        assert_eq!(refused(Path::new("/dev/zero")), "it is a device, not a file");
        assert_eq!(refused(folder.path()), "it is a folder");
        assert!(read_text(&at("nothing"), 4).unwrap_err().is_missing());
    }

    #[test]
    fn a_files_size_and_its_bytes_have_bounds() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("file");
        File::create(&path).unwrap().set_len(20 << 30).unwrap();
        let limit = 1024 * 1024;
        assert_eq!(read_text(&path, limit).unwrap_err().to_string(), "it is larger than 1.0 MiB");
        std::fs::write(&path, b"\xff\xfe").unwrap();
        assert!(matches!(read_text(&path, limit), Err(ReadError::NotText)));
        // What says that it has no bytes, and has some.
        assert!(matches!(read_text(Path::new("/proc/self/maps"), 16), Err(ReadError::TooLarge { .. })));
    }
}
