//! The chores of this workspace, as a plain program: `cargo xtask help`.
//!
//! Progress and problems go to stderr; what a script may want to read (a path) goes to stdout.
#![forbid(unsafe_code)]
#![allow(
    clippy::disallowed_methods,
    reason = "xtask is an edge: it reads the environment and hands paths to everybody else"
)]

mod bench;
mod chores;
mod digest;
mod failure;
mod fuzz;
mod npm;
mod other_postgres;
mod postgres;
mod process;
mod sdk;
mod soak;
mod terminal;
mod v8;
mod workspace;

use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Parser, Subcommand};

use crate::failure::Failure;
use crate::workspace::Workspace;

#[derive(Debug, Parser)]
#[command(name = "cargo xtask", bin_name = "cargo xtask", about = "The chores of the onevent workspace")]
#[command(
    after_help = "Two commands do everything on a machine that has Rust, Node 20 with npm, and a C compiler:\n  \
    cargo xtask demo    set up, build, and watch the three documented event functions run\n  \
    cargo xtask test    set up, build, and run all tests"
)]
struct Arguments {
    #[command(subcommand)]
    chore: Chore,
}

#[derive(Debug, Subcommand)]
enum Chore {
    /// Put V8's static library where cargo's v8 crate looks for it
    #[command(
        long_about = "Put V8's static library where cargo's v8 crate looks for it, so that plain `cargo build` works \
            without any environment variable.\n\nSources, in order: the library that is already there; \
            RUSTY_V8_ARCHIVE (a file or a URL); a mirror folder (ONEVENT_V8_MIRROR, else ../shared/v8 beside this \
            workspace); the release page that the v8 crate downloads from; the library that this repository carries \
            in third_party/v8. Each is checked by SHA-256 where a sum is known. Prints the path of the installed library.",
        after_help = "Examples:\n  cargo xtask v8\n  ONEVENT_V8_MIRROR=/mnt/mirror cargo xtask v8\n  \
            cargo xtask v8 --from-source --work-dir /var/tmp/v8"
    )]
    V8 {
        /// Build the library from the v8 crate's sources instead (about two hours on 2 cores, 8 GB of disk)
        #[arg(long)]
        from_source: bool,
        /// Where --from-source works; a second run continues there [default: <target folder>/v8]
        #[arg(long, value_name = "DIR", requires = "from_source")]
        work_dir: Option<PathBuf>,
    },
    /// Install js-sdk's pinned npm packages and generate the SDK bundle, where something changed
    #[command(after_help = "Needs Node 20 or newer with npm. Prints the path of the bundle.")]
    Sdk,
    /// V8 and the SDK bundle: all that plain `cargo build` and `cargo test` need
    Setup,
    /// Set up, then run every test: js-sdk's, documentation examples, and all Rust tests
    #[command(
        after_help = "Rust tests run with cargo-nextest where it is installed, with `cargo test` otherwise. They start\n\
            PostgreSQL and PgBouncer: on Debian root gets both installed, others are told what to install.\n\n\
            Examples:\n  cargo xtask test\n  cargo xtask test -- -p onevent-proxy\n  cargo xtask test -- redirects"
    )]
    Test {
        /// Handed to the runner of the Rust tests; with arguments, only the Rust tests run
        #[arg(last = true, value_name = "ARGS")]
        runner_arguments: Vec<String>,
    },
    /// Set up, build, and show the documented event functions at work against a provider on loopback
    Demo {
        /// Build with optimisations: slower to build, and the timings are those of a real installation
        #[arg(long)]
        release: bool,
    },
    /// Set up, build, and kill nodes under load: exit code 1 where anything is lost, overtaken or unexplained
    #[command(subcommand)]
    Soak(soak::Soak),
    /// Set up, build, and feed what is read from strangers with anything: exit code 1 where something was found
    #[command(
        after_help = "Examples:\n  cargo xtask fuzz\n  cargo xtask fuzz resolver schema --minutes 60\n  \
        cargo xtask fuzz schema --input target/fuzz/schema-0123456789ab"
    )]
    Fuzz(fuzz::Fuzz),
    /// Measure onevent beside its peers: how Nango runs functions, and other ways of isolating them
    #[command(
        long_about = "Measure onevent beside its peers: how Nango runs functions, and other ways of isolating them.\n\n\
            Builds with optimisations, installs the peers' pinned npm packages, and runs everybody in turn. A whole \
            measurement writes docs/benchmarks.md, its charts and its raw figures; one of parts writes them to \
            <target folder>/bench.",
        after_help = "Examples:\n  cargo xtask bench\n  cargo xtask bench --quick\n  \
            cargo xtask bench --only w2 --peer onevent --peer nango-way --rounds 9\n  \
            cargo xtask bench --only w1 --baseline ../before/target/release/onevent-bench\n  \
            cargo xtask bench -- --help         # everything that can be chosen"
    )]
    Bench {
        /// Handed to the measuring program
        #[arg(trailing_var_arg = true, allow_hyphen_values = true, value_name = "ARGS")]
        arguments: Vec<String>,
    },
    /// What a change must pass: formatting, clippy without warnings, and every test
    Ci,
}

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    match run(arguments.chore) {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            failure.print();
            ExitCode::FAILURE
        }
    }
}

fn run(chore: Chore) -> Result<(), Failure> {
    let workspace = Workspace::locate()?;
    match chore {
        Chore::V8 { from_source: false, work_dir: _ } => print_path(&v8::install(&workspace)?),
        Chore::V8 { from_source: true, work_dir } => {
            print_path(&v8::install_from_source(&workspace, work_dir)?);
        }
        Chore::Sdk => print_path(&sdk::build(&workspace)?),
        Chore::Setup => chores::setup(&workspace)?,
        Chore::Test { runner_arguments } => chores::test(&workspace, &runner_arguments)?,
        Chore::Demo { release } => chores::demo(&workspace, chores::Profile::from_flag(release))?,
        Chore::Soak(soak) => soak::soak(&workspace, &soak)?,
        Chore::Fuzz(fuzz) => fuzz::fuzz(&workspace, &fuzz)?,
        Chore::Bench { arguments } => bench::run(&workspace, &arguments)?,
        Chore::Ci => chores::ci(&workspace)?,
    }
    Ok(())
}

fn print_path(path: &std::path::Path) {
    anstream::println!("{}", path.display());
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_command_line_is_well_formed() {
        use clap::CommandFactory;
        Arguments::command().debug_assert();
    }
}
