//! `cargo xtask soak`: load under kills for as long as somebody wants, with the code of the tests.
//!
//! Progress goes to stderr, the report to stdout, and as JSON into a file. The exit code is 1 where anything was lost,
//! overtaken, or cannot be explained.
#![forbid(unsafe_code)]

use std::io;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::Duration;

use clap::{Parser, Subcommand};
use onevent_tests::crashes::{self, CrashPlan};
use onevent_tests::hostile::{self, HostilePlan};
use onevent_tests::soak::{self, Plan};
use serde::Serialize;

/// Kills nodes under load, and looks whether anything is lost.
#[derive(Debug, Parser)]
struct Arguments {
    /// The onevent program
    #[arg(long, value_name = "FILE")]
    onevent: PathBuf,
    /// Where the report is written as JSON
    #[arg(long, value_name = "FILE")]
    report: PathBuf,
    /// What decides who is killed when
    #[arg(long, value_name = "NUMBER", default_value_t = 1)]
    seed: u64,
    #[command(subcommand)]
    soak: Soak,
}

#[derive(Debug, Subcommand)]
enum Soak {
    /// Three nodes on one PostgreSQL, which is stopped at once in between
    Cluster {
        /// From the start to the last kill
        #[arg(long)]
        minutes: u64,
        /// How many events at least
        #[arg(long)]
        events: usize,
        /// How many nodes are killed
        #[arg(long)]
        kills: usize,
    },
    /// Servers over SQLite that are killed in the middle of all that is asked of them
    Crashes {
        /// How often a server is killed
        #[arg(long)]
        kills: usize,
    },
    /// Honest and hostile runs side by side in one server
    Hostile {
        /// How many
        #[arg(long)]
        runs: usize,
    },
    /// One server over a SQLite file
    Kills {
        /// How many events at least
        #[arg(long)]
        events: usize,
        /// How often the server is killed
        #[arg(long)]
        kills: usize,
    },
}

fn main() -> ExitCode {
    let Arguments { onevent, report, seed, soak } = Arguments::parse();
    let tell = |told: String| anstream::eprintln!("{told}");
    let outcome = match soak {
        Soak::Cluster { minutes, events, kills } => {
            let plan = Plan::cluster_for(Duration::from_secs(60 * minutes), events, kills);
            soaked(&Plan { seed, ..plan }, &onevent, &tell)
        }
        Soak::Kills { events, kills } => {
            soaked(&Plan { seed, ..Plan::one_server(events, kills) }, &onevent, &tell)
        }
        Soak::Hostile { runs } => {
            let found = hostile::run(&HostilePlan::of(runs, seed), &onevent, &tell);
            found.and_then(|found| Outcome::of(found.lines(), &found, &found.broken()))
        }
        Soak::Crashes { kills } => {
            let told = crashes::run(&CrashPlan::of(kills, seed), &onevent);
            told.and_then(|found| Outcome::of(found.lines(), &found, &found.broken))
        }
    };
    match outcome.and_then(|outcome| outcome.tell(&report)) {
        Ok(code) => code,
        Err(error) => {
            anstream::eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}

fn soaked(plan: &Plan, program: &Path, tell: &dyn Fn(String)) -> io::Result<Outcome> {
    let found = soak::run(plan, program, tell)?;
    Outcome::of(found.lines(), &found, &found.broken)
}

/// What came of a soak.
struct Outcome {
    lines: Vec<String>,
    document: String,
    is_well: bool,
}

impl Outcome {
    fn of(lines: Vec<String>, report: &impl Serialize, broken: &[String]) -> io::Result<Self> {
        let document = serde_json::to_string_pretty(report)? + "\n";
        Ok(Self { lines, document, is_well: broken.is_empty() })
    }

    fn tell(&self, file: &Path) -> io::Result<ExitCode> {
        for line in &self.lines {
            anstream::println!("{line}");
        }
        std::fs::write(file, &self.document)
            .map_err(|error| io::Error::other(format!("cannot write {}: {error}", file.display())))?;
        anstream::eprintln!("the report is in {}", file.display());
        Ok(if self.is_well { ExitCode::SUCCESS } else { ExitCode::FAILURE })
    }
}
