//! The child's side: the whole program of a child.

mod arguments;
mod attempt;
mod doors;
mod host;
mod serve;
mod socket;
mod system;

use std::ffi::OsString;
use std::os::fd::AsFd as _;

pub(crate) use self::arguments::{ATTEMPT, ATTEMPT_IN_THE_OPEN};
use self::arguments::{Arguments, Task};
pub(crate) use self::attempt::REFUSED_EXIT;
use self::socket::Socket;

/// How a child ends whose memory is used up.
pub(crate) const OUT_OF_MEMORY_EXIT: i32 = 86;

/// How a child ends that was not started by [`WorkerPool`](crate::WorkerPool).
const NOT_A_CHILD: i32 = 64;

/// The program of a child: everything that follows [`WORKER_ARGUMENT`](crate::WORKER_ARGUMENT) on its command line. It returns
/// the status to exit with. Call it first, before there is any other thread.
#[must_use]
pub fn main(arguments: impl IntoIterator<Item = OsString>) -> i32 {
    let Some(arguments) = Arguments::read(arguments) else { return NOT_A_CHILD };
    if !arguments.is_child_of_its_parent() {
        return NOT_A_CHILD;
    }
    let layers = match arguments.task {
        Task::AttemptInTheOpen(attempt) => return attempt::status_of(attempt),
        Task::Attempt(_) | Task::Serve => doors::close_doors(&arguments),
    };
    if let Task::Attempt(attempt) = arguments.task {
        return attempt::status_of(attempt);
    }
    let Ok(socket) = std::io::stdin().as_fd().try_clone_to_owned() else { return NOT_A_CHILD };
    onevent_engine::exit_when_out_of_memory(OUT_OF_MEMORY_EXIT);
    match serve::serve(Socket::new(socket), layers) {
        Ok(()) => 0,
        Err(_) => NOT_A_CHILD,
    }
}
