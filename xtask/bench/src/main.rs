//! Measures onevent beside its peers: `cargo xtask bench` builds and starts this program. It is three programs in one:
//! the measurement, and two that it starts as processes of their own, the provider and onevent's engine.
#![forbid(unsafe_code)]
#![allow(clippy::disallowed_methods, reason = "an edge, like xtask: it finds its own program")]

mod documents;
mod drive;
mod effects;
mod engine;
mod failure;
mod figures;
mod large_function;
mod ledger;
mod machine;
mod measure;
mod memory;
mod memory_found;
mod peer;
mod protocol;
mod provider;
mod report;
mod resources;
mod rounds;
mod stage;
mod start;
mod statistics;
mod subject;
mod tell;
mod workload;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

use crate::engine::EngineArguments;
use crate::failure::{Tried, While as _};
use crate::measure::MeasureArguments;

#[derive(Debug, Parser)]
#[command(name = "onevent-bench", about = "Measures onevent beside its peers")]
struct Arguments {
    #[command(subcommand)]
    part: Part,
}

#[derive(Debug, Subcommand)]
enum Part {
    /// Measure, and write what was found
    Measure(MeasureArguments),
    /// Be the provider
    #[command(hide = true)]
    Provider,
    /// Be onevent's engine
    #[command(hide = true)]
    Engine(EngineArguments),
}

fn main() -> ExitCode {
    let arguments: Vec<_> = std::env::args_os().collect();
    // Before there is another thread: a child of the engine closes all doors first.
    if let [_, first, rest @ ..] = &arguments[..]
        && first == onevent_worker::WORKER_ARGUMENT
    {
        std::process::exit(onevent_worker::child::main(rest.iter().cloned()));
    }
    match run(Arguments::parse().part) {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            anstream::eprintln!("       error {failure}");
            ExitCode::FAILURE
        }
    }
}

fn run(part: Part) -> Tried<()> {
    // The provider's one thread leaves the other cores to whoever is measured.
    let mut builder = match part {
        Part::Measure(_) | Part::Provider => tokio::runtime::Builder::new_current_thread(),
        Part::Engine(_) => tokio::runtime::Builder::new_multi_thread(),
    };
    let runtime = builder.enable_all().build().trying("a runtime starts")?;
    runtime.block_on(async {
        match part {
            Part::Measure(arguments) => measure::measure(arguments).await,
            Part::Provider => provider::serve().await,
            Part::Engine(arguments) => engine::serve(arguments).await,
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_command_line_is_well_formed() {
        use clap::CommandFactory as _;
        Arguments::command().debug_assert();
    }
}
