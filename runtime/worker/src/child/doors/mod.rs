//! Closing all doors behind a child, before it has another thread: some of these hold only for the thread that asks for them,
//! and for those that it starts afterwards.

mod calls;
mod files;
mod limits;
mod privileges;

use crate::child::arguments::Arguments;
use crate::child::system;
use crate::layer::{Holds, Layer, LayerState};

/// Closes one door, and says how far.
type Close<'a> = &'a dyn Fn() -> Result<Holds, String>;

/// Closes all doors, each after those that need it open, and says which hold.
pub(super) fn close_doors(arguments: &Arguments) -> Vec<LayerState> {
    let steps: [(Layer, Close<'_>); 8] = [
        (Layer::Environment, &environment),
        (Layer::Descriptors, &descriptors),
        (Layer::Limits, &|| limits::set(arguments.heap_bytes)),
        // Changing the user takes back what asks for the parent's death, so that comes after it.
        (Layer::User, &privileges::become_nobody),
        (Layer::Privileges, &privileges::gain_none),
        (Layer::ParentDeath, &|| privileges::die_with_parent(arguments)),
        (Layer::Landlock, &files::forbid),
        // Last: the others need calls that it forbids.
        (Layer::Seccomp, &calls::forbid),
    ];
    let state =
        |(layer, close): (Layer, Close<'_>)| LayerState { layer, holds: close().unwrap_or_else(Holds::Not) };
    steps.into_iter().map(state).collect()
}

#[expect(clippy::disallowed_methods, reason = "it is looked at only to find nothing")]
fn environment() -> Result<Holds, String> {
    match std::env::vars_os().next() {
        None => Ok(Holds::Fully),
        Some((name, _)) => Err(format!("it was started with {}", name.display())),
    }
}

/// All but the first three. The parent opens everything so that it is not inherited; this is for what others left open.
fn descriptors() -> Result<Holds, String> {
    system::close_from(3).map(|()| Holds::Fully).map_err(|error| format!("close_range: {error}"))
}
