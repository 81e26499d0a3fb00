//! How a child died, in words.

use std::os::unix::process::ExitStatusExt as _;
use std::process::ExitStatus;

use onevent_engine::process::ChildFailure;

use crate::child::OUT_OF_MEMORY_EXIT;

/// What became of the work of a child that died with this status.
pub(super) fn failure(what: &str, status: ExitStatus) -> ChildFailure {
    if status.code() == Some(OUT_OF_MEMORY_EXIT) {
        return ChildFailure::OutOfMemory;
    }
    let how = match (status.code(), status.signal()) {
        (Some(code), _) => format!("ended with status {code}"),
        (None, Some(signal)) => format!("was ended by {}", signal_name(signal)),
        (None, None) => "ended".to_owned(),
    };
    ChildFailure::Crashed { message: format!("the child process that ran {what} {how}") }
}

fn signal_name(signal: i32) -> String {
    let name = match signal {
        libc::SIGABRT => "SIGABRT: V8 or an allocation could not go on",
        libc::SIGBUS => "SIGBUS",
        libc::SIGFPE => "SIGFPE",
        libc::SIGILL => "SIGILL: V8 could not go on",
        libc::SIGKILL => "SIGKILL, which is the kernel's when memory is short, or somebody's",
        libc::SIGSEGV => "SIGSEGV",
        libc::SIGSYS => "SIGSYS: it made a system call that no child may make",
        libc::SIGTERM => "SIGTERM",
        libc::SIGTRAP => "SIGTRAP: V8 could not go on",
        libc::SIGXFSZ => "SIGXFSZ",
        other => return format!("signal {other}"),
    };
    name.to_owned()
}
