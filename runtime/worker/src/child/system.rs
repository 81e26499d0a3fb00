//! What the standard library has no safe words for.
#![expect(unsafe_code, reason = "system calls about the whole process")]

use std::io;

/// Ends the process at once: other threads may be anywhere in V8, and nothing of it is to be taken down first.
pub(super) fn exit_now(status: i32) -> ! {
    // SAFETY: `_exit` takes any status, runs nothing of this program, and does not return.
    unsafe { libc::_exit(status) }
}

/// Closes this descriptor and all after it. For a process that has opened none of them itself.
pub(super) fn close_from(first: libc::c_uint) -> io::Result<()> {
    // SAFETY: nothing in this process owns a descriptor from `first` on: it has only just begun.
    let failed = unsafe { libc::syscall(libc::SYS_close_range, first, libc::c_uint::MAX, 0) };
    if failed == 0 { Ok(()) } else { Err(io::Error::last_os_error()) }
}

/// Makes another process, which ends at once.
pub(super) fn fork_and_end() -> io::Result<()> {
    // SAFETY: the process has one thread, and what is forked does nothing but end.
    match unsafe { libc::fork() } {
        0 => exit_now(0),
        -1 => Err(io::Error::last_os_error()),
        _ => Ok(()),
    }
}

/// Lets the parent trace this process.
pub(super) fn be_traced() -> io::Result<()> {
    let nothing = std::ptr::null_mut::<libc::c_void>();
    // SAFETY: this request looks at none of its other arguments.
    let failed = unsafe { libc::ptrace(libc::PTRACE_TRACEME, 0, nothing, nothing) };
    if failed == 0 { Ok(()) } else { Err(io::Error::last_os_error()) }
}
