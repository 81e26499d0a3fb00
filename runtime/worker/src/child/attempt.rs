//! Trying what a child may not do.

use std::fs::File;
use std::io;
use std::net::{TcpListener, UdpSocket};
use std::os::unix::net::UnixDatagram;
use std::os::unix::process::CommandExt as _;
use std::process::Command;

use rustix::process::{Pid, getppid, test_kill_process};

use super::system;
use crate::attempt::Attempt;

/// How a process ends whose attempt was refused, as far as it could still say so.
pub(crate) const REFUSED_EXIT: i32 = 13;

/// Tries it, and returns the status to exit with: 0 if it worked.
pub(super) fn status_of(attempt: Attempt) -> i32 {
    match make(attempt) {
        Ok(()) => 0,
        Err(_) => REFUSED_EXIT,
    }
}

fn make(attempt: Attempt) -> io::Result<()> {
    match attempt {
        Attempt::ReadFile => File::open("/etc/passwd").map(drop),
        Attempt::ReadEnvironment => {
            File::open(format!("/proc/{}/environ", parent()?.as_raw_nonzero())).map(drop)
        }
        Attempt::WriteFile => {
            let path = format!("/tmp/onevent-attempt-{}", std::process::id());
            File::create_new(&path)?;
            std::fs::remove_file(path)
        }
        Attempt::Tcp => TcpListener::bind("127.0.0.1:0").map(drop),
        Attempt::Udp => UdpSocket::bind("127.0.0.1:0").map(drop),
        Attempt::Unix => UnixDatagram::unbound().map(drop),
        // It returns only where that fails; the program ends with 0.
        Attempt::Execute => Err(Command::new("/bin/true").exec()),
        Attempt::Fork => system::fork_and_end(),
        Attempt::Trace => system::be_traced(),
        Attempt::Signal => Ok(test_kill_process(parent()?)?),
    }
}

fn parent() -> io::Result<Pid> {
    getppid().ok_or_else(|| io::Error::other("it has no parent"))
}
