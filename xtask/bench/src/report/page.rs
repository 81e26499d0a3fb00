//! The page.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use super::headlines::headlines;
use super::memory::memory;
use super::table::tables;
use crate::figures::{Row, Sample};
use crate::machine::Machine;
use crate::memory_found::Memory;
use crate::peer::Peer;
use crate::rounds::Absent;

/// How to read it; written by hand.
const INTRODUCTION: &str = include_str!("introduction.md");

/// All that the page shows.
pub(crate) struct Content<'c> {
    /// Rounds that were asked for.
    pub(crate) rounds: usize,
    /// Where it was measured.
    pub(crate) machine: &'c Machine,
    /// What everybody is made of.
    pub(crate) versions: &'c [(Peer, Vec<(String, String)>)],
    /// The rounds.
    pub(crate) samples: &'c [Sample],
    /// What they come to.
    pub(crate) rows: &'c [Row],
    /// Memory.
    pub(crate) memory: &'c [Memory],
    /// Who is missing.
    pub(crate) absent: &'c [Absent],
}

/// The whole page.
pub(crate) fn page(content: &Content<'_>) -> String {
    let mut text = String::from(INTRODUCTION);
    text.push_str("\n## Where and when\n\n");
    let Machine { processor, cores, memory_mb, system, day, load, commit } = content.machine;
    let _ = writeln!(
        text,
        "{day}, commit {commit}: {cores} × {processor}, {memory_mb} MB, {system}; {} rounds. The load of the machine when it \
         began was {load}: what else ran meets everybody alike, and widens the spreads.\n",
        content.rounds
    );
    text.push_str(&versions(content.versions));
    let _ = write!(text, "\n## In short\n\n{}\n", headlines(content.rows, content.samples, content.memory));
    text.push_str("![CPU time of a run](benchmarks.svg)\n\n## Runs\n\n");
    text.push_str(&tables(content.rows));
    text.push_str("![From 1 to 1,000 callers](benchmarks-curve.svg)\n\n## Memory\n\n");
    text.push_str(&memory(content.memory));
    if !content.absent.is_empty() {
        text.push_str("\n## Not measured\n\n");
        for Absent { workload, peer, reason } in content.absent {
            let _ = writeln!(text, "- {workload:?}, {}: {}", peer.title(), reason.replace('\n', " "));
        }
    }
    text
}

fn versions(all: &[(Peer, Vec<(String, String)>)]) -> String {
    let by_peer: BTreeMap<Peer, &Vec<(String, String)>> = all
        .iter()
        .filter(|(_, versions)| !versions.is_empty())
        .map(|(peer, versions)| (*peer, versions))
        .collect();
    let mut text = String::new();
    for (peer, versions) in by_peer {
        let named: Vec<String> = versions.iter().map(|(name, version)| format!("{name} {version}")).collect();
        let _ = writeln!(text, "- {}: {}", peer.title(), named.join(", "));
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::workload::Workload;

    #[test]
    fn who_is_missing_is_named_with_the_reason() {
        let machine = Machine {
            processor: "CPU".to_owned(),
            cores: 2,
            memory_mb: 1,
            system: "Linux".to_owned(),
            day: "2026-01-01".to_owned(),
            load: "0.1".to_owned(),
            commit: "abc".to_owned(),
        };
        let reason = "not\ninstalled".to_owned();
        let absent = [Absent { workload: Workload::W1, peer: Peer::Deno, reason }];
        let versions = [(Peer::Deno, vec![("deno".to_owned(), "2".to_owned())])];
        let text = page(&Content {
            rounds: 5,
            machine: &machine,
            versions: &versions,
            samples: &[],
            rows: &[],
            memory: &[],
            absent: &absent,
        });
        assert!(text.contains("- W1, deno run: not installed"), "{text}");
        assert!(text.contains("2026-01-01, commit abc: 2 × CPU"), "{text}");
        assert!(text.contains("- deno run: deno 2"), "{text}");
    }
}
