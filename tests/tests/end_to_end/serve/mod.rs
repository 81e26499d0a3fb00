//! `onevent serve`: the real program over real sockets, a real database and a provider on loopback.

mod client;
mod cluster;
mod command_line;
mod databases;
mod durable;
mod full_disk;
mod leaks;
mod load;
mod log;
mod outside;
mod rotation;
mod running;
pub(crate) mod server;
mod stage;
mod stopping;
