//! The whole of a measurement.

use std::path::PathBuf;

use clap::{Args, ValueEnum as _};
use serde_json::json;

use crate::failure::{Tried, While as _};
use crate::figures;
use crate::machine::Machine;
use crate::memory;
use crate::memory_found::Memory;
use crate::peer::Peer;
use crate::provider::Provider;
use crate::report::{self, Content};
use crate::rounds::{self, Extent, Measured};
use crate::stage::Stage;
use crate::start::Means;
use crate::tell;
use crate::workload::Workload;

/// Rounds, where nobody says how many.
const ROUNDS: usize = 5;
/// The same of a quick look.
const QUICK_ROUNDS: usize = 2;
/// What the chart of bars shows.
const IN_THE_CHART: [Workload; 4] = [Workload::W1, Workload::W2, Workload::W4, Workload::W5];

/// What is measured, and where to.
#[derive(Debug, Args)]
pub(crate) struct MeasureArguments {
    /// The workspace's folder
    #[arg(long, value_name = "DIR", hide = true)]
    root: PathBuf,
    /// A folder for what is only needed meanwhile, and for the figures of parts
    #[arg(long, value_name = "DIR", hide = true)]
    scratch: PathBuf,
    /// Where to write what was found [default: docs for a whole measurement, else <target folder>/bench]
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
    /// Few runs and few rounds: whether everything works, and figures that say little
    #[arg(long)]
    quick: bool,
    /// Measure this workload only; may be repeated
    #[arg(long, value_enum, ignore_case = true, value_name = "WORKLOAD")]
    only: Vec<Workload>,
    /// Measure this peer only; may be repeated
    #[arg(long, value_enum, value_name = "PEER")]
    peer: Vec<Peer>,
    /// Rounds of each measurement [default: 5; with --quick 2]
    #[arg(long, value_name = "NUMBER")]
    rounds: Option<usize>,
    /// This program, built from another commit, with its `onevent` beside it: measured in the same rounds
    #[arg(long, value_name = "PROGRAM")]
    baseline: Option<PathBuf>,
}

impl MeasureArguments {
    fn extent(&self) -> Extent {
        let rounds = self.rounds.unwrap_or(if self.quick { QUICK_ROUNDS } else { ROUNDS });
        Extent { rounds, quick: self.quick }
    }

    fn out(&self) -> PathBuf {
        let whole = !self.quick && self.only.is_empty() && self.peer.is_empty();
        let default = || if whole { self.root.join("docs") } else { self.scratch.clone() };
        self.out.clone().unwrap_or_else(default)
    }

    fn peers(&self, workload: Workload) -> Vec<Peer> {
        let mut peers = chosen(&self.peer, Peer::value_variants());
        peers.retain(|peer| peer.takes_part(workload));
        peers.retain(|peer| *peer != Peer::Baseline || self.baseline.is_some());
        peers
    }
}

fn chosen<T: Copy + PartialEq>(asked: &[T], all: &[T]) -> Vec<T> {
    all.iter().copied().filter(|one| asked.is_empty() || asked.contains(one)).collect()
}

/// Everything that was found.
#[derive(Default)]
struct All {
    measured: Measured,
    memory: Vec<Memory>,
}

impl All {
    fn add(&mut self, measured: Measured, memory: Vec<Memory>) {
        self.measured.samples.extend(measured.samples);
        self.measured.absent.extend(measured.absent);
        self.measured.versions.extend(measured.versions);
        self.memory.extend(memory);
    }
}

/// Measures, and writes what was found.
pub(crate) async fn measure(arguments: MeasureArguments) -> Tried<()> {
    let machine = Machine::here(&arguments.root);
    std::fs::create_dir_all(&arguments.scratch).trying("a folder")?;
    let stage = Stage::write(&arguments.root)?;
    if let Err(failure) = stage.compile().await {
        tell::warning(failure.to_string());
    }
    let provider = Provider::start().await?;
    let means = Means {
        stage,
        provider: provider.url().to_owned(),
        baseline: arguments.baseline.clone(),
        scratch: arguments.scratch.clone(),
    };
    let (mut all, extent) = (All::default(), arguments.extent());
    for workload in chosen(&arguments.only, Workload::value_variants()) {
        let peers = arguments.peers(workload);
        match workload {
            Workload::Waiting | Workload::Slope => {
                let (memory, measured) = memory::measure(workload, &peers, &means, &provider, extent).await?;
                all.add(measured, memory);
            }
            _ => all.add(rounds::measure(workload, &peers, &means, &provider, extent).await?, Vec::new()),
        }
        // After each: a measurement that is ended early has not been for nothing.
        write(&arguments, &machine, &all)?;
    }
    Ok(())
}

fn write(arguments: &MeasureArguments, machine: &Machine, all: &All) -> Tried<()> {
    let Measured { samples, absent, versions } = &all.measured;
    let rows = figures::rows(samples);
    let content = Content {
        rounds: arguments.extent().rounds,
        machine,
        versions,
        samples,
        rows: &rows,
        memory: &all.memory,
        absent,
    };
    let raw = json!({
        "machine": machine, "rows": rows, "memory": all.memory, "absent": absent, "samples": samples,
    });
    let raw = serde_json::to_string_pretty(&raw).trying("the figures are written")?;
    let out = arguments.out();
    std::fs::create_dir_all(&out).trying("the folder for the figures")?;
    let files = [
        ("benchmarks.md", report::page(&content)),
        ("benchmarks.json", raw + "\n"),
        ("benchmarks.svg", report::bars(&rows, &IN_THE_CHART)),
        ("benchmarks-curve.svg", report::curve(&rows)),
    ];
    for (name, text) in files {
        std::fs::write(out.join(name), text).trying(format!("{name} is written"))?;
    }
    tell::step(format!("figures are in {}", out.join("benchmarks.md").display()));
    Ok(())
}
