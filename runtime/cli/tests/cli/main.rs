//! The real program, run as a process: one test binary, because every test of it links the same program.

mod config;
mod dryrun;
mod help;
mod lifecycle;
mod mistakes;
mod schemas;
mod stage;
mod terminal;
