//! The table of memory.

use std::fmt::Write as _;

use super::table::spread;
use crate::memory_found::{Found, Memory};
use crate::peer::Peer;
use crate::statistics::Spread;

/// Bytes of a megabyte, as the tables count.
const MEGABYTE: f64 = 1e6;

/// Both tables of memory.
pub(crate) fn memory(found: &[Memory]) -> String {
    let mut text = String::new();
    let mut peers: Vec<Peer> = found.iter().map(|one| one.peer).collect();
    peers.sort_unstable();
    peers.dedup();
    let of = |peer: Peer, value: fn(&Found) -> Option<f64>| {
        let own = found.iter().filter(|one| one.peer == peer && one.void.is_none());
        Spread::of(own.filter_map(|one| value(&one.found))).map_or_else(String::new, spread)
    };
    text.push_str(
        "| | a waiting run, MB | 200 gone, MB above the start | a minute later | a run leaves, bytes |\n",
    );
    text.push_str("| --- | --- | --- | --- | --- |\n");
    for peer in peers {
        let cells = [of(peer, each_waiting), of(peer, gone), of(peer, idle), of(peer, left)];
        let _ = writeln!(text, "| {} | {} |", peer.title(), cells.join(" | "));
    }
    for void in found.iter().filter_map(|one| Some((one, one.void.as_ref()?))) {
        let _ = writeln!(text, "\n{} is void: {}", void.0.peer.title(), void.1);
    }
    text
}

fn each_waiting(found: &Found) -> Option<f64> {
    match found {
        Found::Waiting { runs, waiting, .. } => Some(waiting / *runs as f64 / MEGABYTE),
        Found::Slope { .. } => None,
    }
}

fn gone(found: &Found) -> Option<f64> {
    match found {
        Found::Waiting { gone, .. } => Some(gone / MEGABYTE),
        Found::Slope { .. } => None,
    }
}

fn idle(found: &Found) -> Option<f64> {
    match found {
        Found::Waiting { idle, .. } => Some(idle / MEGABYTE),
        Found::Slope { .. } => None,
    }
}

fn left(found: &Found) -> Option<f64> {
    match found {
        Found::Slope { each } => Some(*each),
        Found::Waiting { .. } => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::workload::Workload;

    #[test]
    fn a_waiting_run_is_its_share() {
        let found = Found::Waiting { runs: 200, waiting: 800e6, gone: 300e6, idle: 50e6 };
        let memory = Memory {
            workload: Workload::Waiting,
            peer: Peer::Onevent,
            round: 0,
            before: 1e6,
            found,
            void: None,
        };
        let text = super::memory(&[memory]);
        assert!(
            text.contains("| onevent | **4.00** (4.00–4.00) | **300** (300–300) | **50.0** (50.0–50.0) |  |"),
            "{text}"
        );
    }
}
