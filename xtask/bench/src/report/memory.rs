//! The table of memory.

use std::fmt::Write as _;

use super::table::spread;
use crate::memory_found::{Found, Memory, of_rounds};
use crate::peer::Peer;

/// Both tables of memory.
pub(crate) fn memory(found: &[Memory]) -> String {
    let mut text = String::new();
    let mut peers: Vec<Peer> = found.iter().map(|one| one.peer).collect();
    peers.sort_unstable();
    peers.dedup();
    let of = |peer: Peer, value: fn(&Found) -> Option<f64>| {
        of_rounds(found, peer, value).map_or_else(String::new, spread)
    };
    text.push_str(
        "| | a waiting run, MB | 200 gone, MB above the start | a minute later | a run leaves, bytes |\n",
    );
    text.push_str("| --- | --- | --- | --- | --- |\n");
    for peer in peers {
        let cells = [Found::each_waiting, Found::gone, Found::idle, Found::left].map(|value| of(peer, value));
        let _ = writeln!(text, "| {} | {} |", peer.title(), cells.join(" | "));
    }
    for void in found.iter().filter_map(|one| Some((one, one.void.as_ref()?))) {
        let _ = writeln!(text, "\n{} is void: {}", void.0.peer.title(), void.1);
    }
    text
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
