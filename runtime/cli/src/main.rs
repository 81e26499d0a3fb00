//! The binary `onevent`.
#![forbid(unsafe_code)]

mod app;
mod args;
mod commands;
mod config;
mod database;
mod exit;
mod failure;
mod input;
mod integrations;
mod loading;
mod output;
mod place;
mod project;
mod rooms;
mod session;
mod suggest;
mod surroundings;

fn main() -> std::process::ExitCode {
    app::main(std::env::args_os().collect()).number().into()
}
