//! The binary `onevent`.
#![forbid(unsafe_code)]

mod app;
mod args;
mod commands;
mod config;
mod exit;
mod failure;
mod input;
mod output;
mod place;
mod project;
mod suggest;
mod surroundings;

fn main() -> std::process::ExitCode {
    app::main(std::env::args_os().collect()).number().into()
}
