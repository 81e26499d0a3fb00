//! The provider: a real HTTP server in a process of its own, so that nobody's CPU time holds its work.

mod server;
mod started;

pub(crate) use server::{Manner, serve};
pub(crate) use started::Provider;
