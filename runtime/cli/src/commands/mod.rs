//! One module for each command.

mod choose;
pub(crate) mod config;
pub(crate) mod connection;
pub(crate) mod dryrun;
pub(crate) mod functions;
pub(crate) mod given;
pub(crate) mod lifecycle;
pub(crate) mod metadata;
pub(crate) mod recording;
mod remote;
pub(crate) mod replay;
pub(crate) mod runs;
pub(crate) mod test;
