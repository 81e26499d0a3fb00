//! Load under kills, for as long as somebody wants.

use std::path::PathBuf;
use std::process::Command;

use clap::{Args, Subcommand};

use crate::chores::{Profile, build_with_tests, setup};
use crate::failure::Failure;
use crate::postgres;
use crate::terminal;
use crate::workspace::Workspace;

/// What is soaked, and how long.
#[derive(Debug, Subcommand)]
pub(crate) enum Soak {
    /// Three nodes on one PostgreSQL, killed under even load; the database is stopped at once in between
    #[command(after_help = "Examples:\n  cargo xtask soak cluster --release\n  \
        cargo xtask soak cluster --minutes 1 --events 1000 --kills 5")]
    Cluster {
        /// From the start to the last kill
        #[arg(long, default_value_t = 10)]
        minutes: u64,
        /// How many events at least
        #[arg(long, default_value_t = 20_000)]
        events: usize,
        /// How many nodes are killed
        #[arg(long, default_value_t = 30)]
        kills: usize,
        #[command(flatten)]
        more: SoakArgs,
    },
    /// Servers over SQLite, killed at random points of creates, reconnects, deletes, metadata, deploys and queue work
    #[command(
        after_help = "Examples:\n  cargo xtask soak crashes --release\n  cargo xtask soak crashes --kills 300 --seed 7"
    )]
    Crashes {
        /// How often a server is killed
        #[arg(long, default_value_t = 3_000)]
        kills: usize,
        #[command(flatten)]
        more: SoakArgs,
    },
    /// Honest and hostile runs side by side in one server: it lives, each ends as it has to, memory comes back
    #[command(
        after_help = "Examples:\n  cargo xtask soak hostile --release\n  cargo xtask soak hostile --runs 2000"
    )]
    Hostile {
        /// How many runs; memory is compared with that after the first thousand
        #[arg(long, default_value_t = 100_000)]
        runs: usize,
        #[command(flatten)]
        more: SoakArgs,
    },
    /// One server over a SQLite file, killed and started again under its clients
    #[command(
        after_help = "Examples:\n  cargo xtask soak kills --release\n  cargo xtask soak kills --kills 20 --events 500"
    )]
    Kills {
        /// How many events at least
        #[arg(long, default_value_t = 10_000)]
        events: usize,
        /// How often the server is killed
        #[arg(long, default_value_t = 300)]
        kills: usize,
        #[command(flatten)]
        more: SoakArgs,
    },
}

/// What both take.
#[derive(Debug, Args)]
pub(crate) struct SoakArgs {
    /// Build with optimisations
    #[arg(long)]
    release: bool,
    /// What decides who is killed when
    #[arg(long, value_name = "NUMBER", default_value_t = 1)]
    seed: u64,
    /// Where the report is written as JSON [default: <target folder>/soak-NAME.json]
    #[arg(long, value_name = "FILE")]
    report: Option<PathBuf>,
}

/// Builds the program, and soaks it.
pub(crate) fn soak(workspace: &Workspace, soak: &Soak) -> Result<(), Failure> {
    let (name, more, flags) = match soak {
        Soak::Cluster { minutes, events, kills, more } => {
            postgres::ensure()?;
            let flags = vec![
                ("--minutes", minutes.to_string()),
                ("--events", events.to_string()),
                ("--kills", kills.to_string()),
            ];
            ("cluster", more, flags)
        }
        Soak::Hostile { runs, more } => ("hostile", more, vec![("--runs", runs.to_string())]),
        Soak::Crashes { kills, more } => ("crashes", more, vec![("--kills", kills.to_string())]),
        Soak::Kills { events, kills, more } => {
            ("kills", more, vec![("--events", events.to_string()), ("--kills", kills.to_string())])
        }
    };
    setup(workspace)?;
    let binaries = build_with_tests(workspace, Profile::from_flag(more.release))?;
    let report = more.report.clone().unwrap_or_else(|| workspace.target().join(format!("soak-{name}.json")));
    terminal::step("soaking", format!("{name}; the report comes on stdout, and into {}", report.display()));
    let mut program = Command::new(binaries.join("onevent-soak"));
    program.arg("--onevent").arg(binaries.join("onevent"));
    program.arg("--report").arg(report).args(["--seed", &more.seed.to_string(), name]);
    program.args(flags.iter().flat_map(|(flag, value)| [*flag, value.as_str()]));
    let status = program.status().map_err(|error| Failure::io("cannot start the soak", &error))?;
    if status.success() { Ok(()) } else { Err(Failure::new(format!("the soak ended with {status}"))) }
}
