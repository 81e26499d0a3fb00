//! `cargo xtask soak`: load under kills for as long as somebody wants, with the code of the tests.
//!
//! Progress goes to stderr, the report to stdout, and as JSON into a file. The exit code is 1 where anything was lost,
//! overtaken, or cannot be explained.
#![forbid(unsafe_code)]

use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::Duration;

use clap::{Parser, Subcommand};
use onevent_tests::soak::{Plan, Report, run};

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
    let arguments = Arguments::parse();
    let plan = match arguments.soak {
        Soak::Cluster { minutes, events, kills } => {
            Plan::cluster_for(Duration::from_secs(60 * minutes), events, kills)
        }
        Soak::Kills { events, kills } => Plan::one_server(events, kills),
    };
    let plan = Plan { seed: arguments.seed, ..plan };
    match run(&plan, &arguments.onevent, &|told| anstream::eprintln!("{told}")) {
        Ok(report) => tell(&report, &arguments.report),
        Err(error) => failed(&error.to_string()),
    }
}

fn tell(report: &Report, file: &Path) -> ExitCode {
    for line in report.lines() {
        anstream::println!("{line}");
    }
    let json = serde_json::to_string_pretty(report).unwrap_or_default();
    if let Err(error) = std::fs::write(file, json + "\n") {
        return failed(&format!("cannot write {}: {error}", file.display()));
    }
    anstream::eprintln!("the report is in {}", file.display());
    if report.broken.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

fn failed(told: &str) -> ExitCode {
    anstream::eprintln!("error: {told}");
    ExitCode::FAILURE
}
