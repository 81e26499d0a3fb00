//! The binary `onevent`.
#![forbid(unsafe_code)]

mod app;
mod args;
mod commands;
mod credentials;
mod exit;
mod failure;
mod function_names;
mod input;
mod interruption;
mod output;
mod server_api;
mod session;
mod surroundings;
mod whole_file;

fn main() -> std::process::ExitCode {
    app::main(std::env::args_os().collect()).number().into()
}
