//! What a reader wants to know first.

use std::fmt::Write as _;

use super::table::spread;
use crate::figures::{Figures, Row, Sample};
use crate::memory_found::{Found, Memory, of_rounds};
use crate::peer::Peer;
use crate::statistics::Spread;
use crate::workload::Workload;

/// Who has a column.
const COLUMNS: [Peer; 4] = [Peer::Onevent, Peer::OneventPrewarmed, Peer::OneventShared, Peer::OneventProcess];

/// All that was found.
#[derive(Clone, Copy)]
struct Everything<'f> {
    rows: &'f [Row],
    samples: &'f [Sample],
    memory: &'f [Memory],
}

/// A table of a few figures of onevent.
pub(crate) fn headlines(rows: &[Row], samples: &[Sample], memory: &[Memory]) -> String {
    let everything = Everything { rows, samples, memory };
    let columns: Vec<Peer> =
        COLUMNS.into_iter().filter(|peer| rows.iter().any(|row| row.peer == *peer)).collect();
    let titles: Vec<&str> = columns.iter().map(|peer| peer.title()).collect();
    let mut text = format!("| | {} |\n| --- |{}\n", titles.join(" | "), " --- |".repeat(columns.len()));
    for (title, value) in LINES {
        let values: Vec<Option<String>> = columns.iter().map(|peer| value(everything, *peer)).collect();
        if values.iter().any(Option::is_some) {
            let values: Vec<String> = values.into_iter().map(Option::unwrap_or_default).collect();
            let _ = writeln!(text, "| {title} | {} |", values.join(" | "));
        }
    }
    text
}

/// What a line shows of somebody.
type Value = fn(Everything<'_>, Peer) -> Option<String>;

const LINES: [(&str, Value); 12] = [
    ("W1, CPU ÷ Nango's way", |all, peer| all.row(peer, Workload::W1, 1)?.cpu_ratio.map(spread)),
    ("W2, CPU ÷ Nango's way", |all, peer| all.row(peer, Workload::W2, 1)?.cpu_ratio.map(spread)),
    ("W2, runs/s at 16 callers ÷ Nango's way", |all, peer| {
        all.row(peer, Workload::W2, 16)?.per_second_ratio.map(spread)
    }),
    ("W1, call to report, p50, ms", |all, peer| Some(spread(all.row(peer, Workload::W1, 1)?.p50_ms))),
    ("W1, CPU ÷ the baseline's", |all, peer| against_baseline(all.samples, peer, Workload::W1).map(spread)),
    ("W2, CPU ÷ the baseline's", |all, peer| against_baseline(all.samples, peer, Workload::W2).map(spread)),
    ("a waiting run, MB", |all, peer| of_rounds(all.memory, peer, Found::each_waiting).map(spread)),
    ("200 gone and a minute idle, MB above the start", |all, peer| {
        of_rounds(all.memory, peer, Found::idle).map(spread)
    }),
    ("W6, CPU, project of 300 ÷ project of one", |all, peer| growth(all.samples, peer).map(spread)),
    ("W6, CPU, project of 300, ms", |all, peer| Some(spread(all.row(peer, Workload::W6, 300)?.cpu_ms))),
    ("W8, CPU of a test, ms", |all, peer| Some(spread(all.row(peer, Workload::W8, 1)?.cpu_ms))),
    ("a run leaves, over 10,000, bytes", |all, peer| of_rounds(all.memory, peer, Found::left).map(spread)),
];

impl Everything<'_> {
    fn row(&self, peer: Peer, workload: Workload, setting: usize) -> Option<&Figures> {
        let wanted = |row: &&Row| row.workload == workload && row.setting == setting && row.peer == peer;
        self.rows.iter().find(wanted)?.figures.as_ref().ok()
    }
}

/// Ratios of two samples of the same round.
fn ratios<'s>(
    samples: &'s [Sample],
    above: impl Fn(&Sample) -> bool,
    below: impl Fn(&Sample) -> bool,
) -> Option<Spread> {
    let of = |round: usize, which: &dyn Fn(&Sample) -> bool| -> Option<&'s Sample> {
        samples.iter().find(|one| one.round == round && which(one) && one.void.is_none())
    };
    let rounds = samples.iter().filter(|one| above(one));
    Spread::of(rounds.filter_map(|one| Some(of(one.round, &above)?.cpu_ms / of(one.round, &below)?.cpu_ms)))
}

fn against_baseline(samples: &[Sample], peer: Peer, workload: Workload) -> Option<Spread> {
    let of =
        |peer: Peer| move |one: &Sample| one.workload == workload && one.setting == 1 && one.peer == peer;
    ratios(samples, of(peer), of(Peer::Baseline))
}

fn growth(samples: &[Sample], peer: Peer) -> Option<Spread> {
    let of = |functions: usize| {
        move |one: &Sample| one.workload == Workload::W6 && one.setting == functions && one.peer == peer
    };
    ratios(samples, of(300), of(1))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::protocol::Batch;

    fn sample(peer: Peer, workload: Workload, setting: usize, round: usize, cpu_ms: f64) -> Sample {
        let batch = Batch { wall_ms: 1.0, latencies_ms: vec![1.0], ..Batch::default() };
        Sample::of((workload, setting, peer, round), &batch, cpu_ms, None)
    }

    #[test]
    fn a_project_of_300_is_compared_with_one_of_the_same_round() {
        let samples = [
            sample(Peer::Onevent, Workload::W6, 1, 0, 10.0),
            sample(Peer::Onevent, Workload::W6, 300, 0, 20.0),
            sample(Peer::Onevent, Workload::W6, 1, 1, 100.0),
            sample(Peer::Onevent, Workload::W6, 300, 1, 200.0),
        ];
        assert_eq!(growth(&samples, Peer::Onevent).unwrap().median, 2.0);
        assert_eq!(against_baseline(&samples, Peer::Onevent, Workload::W1), None);
    }

    #[test]
    fn what_was_not_measured_is_not_in_the_list() {
        let samples = [
            sample(Peer::Onevent, Workload::W1, 1, 0, 5.0),
            sample(Peer::Baseline, Workload::W1, 1, 0, 10.0),
        ];
        let text = headlines(&crate::figures::rows(&samples), &samples, &[]);
        assert!(text.contains("| W1, CPU ÷ the baseline's | **0.50** (0.50–0.50) |"), "{text}");
        assert!(!text.contains("W6"), "{text}");
    }
}
