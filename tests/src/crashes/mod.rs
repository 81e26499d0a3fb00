//! Servers over SQLite that are killed at random points of all that is asked of them: what holds afterwards is listed in
//! `docs/crashes.md`.
//!
//! Each place has a database of its own, a server, clients, and a provider. Clients create, reconnect, delete, write metadata,
//! trigger actions and deploy, as fast as they are answered, and know of everything what may be true of it. The server is killed
//! after a random time, also while it starts, and started again; then all is looked at. In the end what the queue holds has to come
//! to its end, and to fit what the provider saw.

mod client;
mod deployer;
mod known;
mod outside;
mod place;
mod plan;
mod project;
mod queue;
mod report;
mod server;

use std::io;
use std::path::Path;

pub use self::plan::CrashPlan;
pub use self::report::CrashReport;
use crate::soak::Watch;

/// Does what the plan says with this `onevent` program, and looks what came of it.
///
/// # Errors
/// When something could not be started or asked; what the program does wrong is in the report.
pub fn run(plan: &CrashPlan, program: &Path) -> io::Result<CrashReport> {
    let watch = Watch::start();
    let of_place = |number: usize| plan.kills / plan.places + usize::from(number < plan.kills % plan.places);
    let outcomes = std::thread::scope(|scope| {
        let places: Vec<_> = (0..plan.places)
            .map(|number| scope.spawn(move || place::run(plan, program, number, of_place(number))))
            .collect();
        let join = |place: std::thread::ScopedJoinHandle<'_, io::Result<place::Outcome>>| {
            place.join().map_err(|_| io::Error::other("a place panicked"))?
        };
        places.into_iter().map(join).collect::<io::Result<Vec<_>>>()
    })?;
    Ok(CrashReport::of(plan.seed, outcomes, watch.now()))
}
