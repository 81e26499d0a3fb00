//! The socket to the parent. Both directions block: who writes is a run that logs or asks, and waits while the parent is busy.

use std::io::{Read as _, Write as _};
use std::os::fd::OwnedFd;
use std::os::unix::net::UnixStream;
use std::sync::{Mutex, PoisonError};

use tokio::sync::mpsc;

use super::system::exit_now;
use crate::wire::{FromChild, HEADER_BYTES, Header, ToChild, WireError};

/// What the parent says, with the run that it belongs to.
pub(super) type Said = (u32, ToChild);

/// The socket to the parent.
pub(super) struct Socket {
    stream: UnixStream,
    writer: Mutex<()>,
}

impl Socket {
    pub(super) fn new(descriptor: OwnedFd) -> Self {
        Self { stream: descriptor.into(), writer: Mutex::default() }
    }

    /// Says something to the parent. Without a parent there is nothing left to do.
    ///
    /// # Errors
    /// It is longer than such a message may be, and was not said.
    pub(super) fn say(&self, run: u32, message: &FromChild) -> Result<(), WireError> {
        let frame = message.frame(run)?;
        // Whole frames, one after the other.
        let _turn = self.writer.lock().unwrap_or_else(PoisonError::into_inner);
        if (&self.stream).write_all(&frame).is_err() {
            exit_now(0);
        }
        Ok(())
    }

    /// Hears the parent from here on, on a thread of its own: it listens whatever a run does. When the parent is gone, the
    /// process ends.
    pub(super) fn listen(self: std::sync::Arc<Self>) -> std::io::Result<mpsc::UnboundedReceiver<Said>> {
        let (send, heard) = mpsc::unbounded_channel();
        std::thread::Builder::new().name("onevent-listener".into()).spawn(move || {
            while let Ok(said) = self.hear() {
                if send.send(said).is_err() {
                    break;
                }
            }
            exit_now(0);
        })?;
        Ok(heard)
    }

    fn hear(&self) -> std::io::Result<Said> {
        let mut head = [0; HEADER_BYTES];
        (&self.stream).read_exact(&mut head)?;
        let header = Header::read(head);
        let unreadable = || std::io::Error::other("the parent cannot be understood");
        if !ToChild::takes(header) {
            return Err(unreadable());
        }
        let mut message = Vec::new();
        (&self.stream).take(u64::from(header.length)).read_to_end(&mut message)?;
        Ok((header.run, ToChild::read(header, &message).map_err(|_| unreadable())?))
    }
}
