//! `cargo xtask demo`: the documented event functions in `examples/`, unchanged, through a connection's life: first by
//! commands, then by a server to which Nango's own command line has deployed them, and at last through what goes wrong.
//!
//! Every step runs the real `onevent` program against a real HTTP provider on loopback and checks its exit code, its
//! reports and the provider's state; the demo ends with exit 1 at the first that is not as told.
#![forbid(unsafe_code)]

mod command_output;
mod durable_story;
mod nango_cli;
mod program;
mod screen;
mod server;
mod server_story;
mod story;

use std::path::PathBuf;
use std::process::ExitCode;

use clap::Parser;

/// Shows the documented event functions at work.
#[derive(Debug, Parser)]
struct Arguments {
    /// The onevent program
    #[arg(long, value_name = "FILE")]
    onevent: PathBuf,
    /// The folder with the documented functions
    #[arg(long, value_name = "DIR")]
    project: PathBuf,
    /// The folder whose package.json and package-lock.json pin Nango's own tools
    #[arg(long, value_name = "DIR")]
    pinned: PathBuf,
}

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    match story::tell(&arguments.onevent, &arguments.project, &arguments.pinned) {
        Ok(()) => ExitCode::SUCCESS,
        Err(mismatch) => {
            screen::mismatch(&mismatch);
            ExitCode::FAILURE
        }
    }
}
