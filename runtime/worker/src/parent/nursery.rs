//! The thread that starts children.
//!
//! A child asks the kernel to be killed when its parent dies, and the kernel takes the *thread* that started it for the parent.
//! Threads of tokio come and go; this one stays as long as somebody may want a child.

use std::io;
use std::os::fd::OwnedFd;
use std::os::unix::net::UnixStream;
use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{Receiver, Sender, channel};

use tokio::sync::oneshot;

use crate::WORKER_ARGUMENT;

/// A child that has been started, and the socket to it.
pub(super) type Started = io::Result<(Child, UnixStream)>;

struct Wanted {
    heap_bytes: u64,
    reply: oneshot::Sender<Started>,
}

/// Starts children.
pub(super) struct Nursery {
    wanted: Sender<Wanted>,
}

impl Nursery {
    /// Starts the thread. `program` is started with [`WORKER_ARGUMENT`].
    pub(super) fn start(program: PathBuf) -> io::Result<Self> {
        let (wanted, orders) = channel();
        std::thread::Builder::new().name("onevent-nursery".into()).spawn(move || serve(&program, &orders))?;
        Ok(Self { wanted })
    }

    /// A new child, for runs with a heap of this size.
    pub(super) async fn child(&self, heap_bytes: u64) -> Started {
        let gone = || io::Error::other("the thread that starts children is gone");
        let (reply, started) = oneshot::channel();
        self.wanted.send(Wanted { heap_bytes, reply }).map_err(|_| gone())?;
        started.await.map_err(|_| gone())?
    }
}

fn serve(program: &Path, orders: &Receiver<Wanted>) {
    while let Ok(Wanted { heap_bytes, reply }) = orders.recv() {
        if let Err(Ok((mut child, _))) = reply.send(spawn(program, heap_bytes)) {
            // Nobody waits any more.
            let _ = child.kill();
            let _ = child.wait();
        }
    }
}

/// What all children are started with. They get no environment, and nothing to read from or write to.
pub(super) fn command(program: &Path, heap_bytes: u64) -> Command {
    let mut command = Command::new(program);
    command
        .arg0("onevent")
        .arg(WORKER_ARGUMENT)
        .args(["--parent".to_owned(), std::process::id().to_string()])
        .args(["--heap-bytes".to_owned(), heap_bytes.to_string()])
        .env_clear()
        // Ctrl-C is for the parent, which then stops its runs and says what they did.
        .process_group(0)
        .current_dir("/")
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null());
    command
}

/// The socket is the child's standard input: the one descriptor that it is left with.
fn spawn(program: &Path, heap_bytes: u64) -> Started {
    let (ours, theirs) = UnixStream::pair()?;
    let child = command(program, heap_bytes).stdin(Stdio::from(OwnedFd::from(theirs))).spawn()?;
    ours.set_nonblocking(true)?;
    Ok((child, ours))
}
