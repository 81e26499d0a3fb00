//! Who a child is, and what it can become.

use rustix::process::{
    DumpableBehavior, Gid, Signal, Uid, getuid, set_dumpable_behavior, set_parent_process_death_signal,
};
use rustix::thread::{set_no_new_privs, set_thread_gid, set_thread_groups, set_thread_uid};

use crate::child::arguments::Arguments;
use crate::layer::Holds;

/// `nobody`, on every Linux.
const NOBODY: u32 = 65_534;

/// Gives up being root. There is one thread, so what holds for it holds for the process.
pub(super) fn become_nobody() -> Result<Holds, String> {
    if !getuid().is_root() {
        return Ok(Holds::Fully);
    }
    set_thread_groups(&[]).map_err(|error| format!("setgroups: {error}"))?;
    set_thread_gid(Gid::from_raw(NOBODY)).map_err(|error| format!("setgid: {error}"))?;
    set_thread_uid(Uid::from_raw(NOBODY)).map_err(|error| format!("setuid: {error}"))?;
    if getuid().is_root() { Err("it is still root".to_owned()) } else { Ok(Holds::Fully) }
}

/// No program that it might execute gives it more, and nobody of its user traces it or reads its memory.
pub(super) fn gain_none() -> Result<Holds, String> {
    set_no_new_privs(true).map_err(|error| format!("PR_SET_NO_NEW_PRIVS: {error}"))?;
    set_dumpable_behavior(DumpableBehavior::NotDumpable)
        .map_err(|error| format!("PR_SET_DUMPABLE: {error}"))?;
    Ok(Holds::Fully)
}

/// Asks to be killed with the parent, and looks whether that is still there: it may have died just before.
pub(super) fn die_with_parent(arguments: &Arguments) -> Result<Holds, String> {
    set_parent_process_death_signal(Some(Signal::KILL))
        .map_err(|error| format!("PR_SET_PDEATHSIG: {error}"))?;
    if arguments.is_child_of_its_parent() { Ok(Holds::Fully) } else { Err("it has no parent".to_owned()) }
}
