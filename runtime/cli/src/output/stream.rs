//! Writing a text to where people read.

use std::io::{self, Write};

/// Writes a text with the end of its last line.
///
/// # Errors
/// When it cannot be written.
pub(super) fn write_to(mut stream: impl Write, text: &str) -> io::Result<()> {
    if text.is_empty() {
        return Ok(());
    }
    stream.write_all(text.as_bytes())?;
    if !text.ends_with('\n') {
        stream.write_all(b"\n")?;
    }
    stream.flush()
}

/// Says something to the person who waits for a command. Where nobody can read it, the command goes on.
pub(crate) fn tell(text: &str) {
    let _ = write_to(anstream::stderr().lock(), text);
}
