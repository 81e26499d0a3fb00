//! What a reader wants to know first.

use std::fmt::Write as _;

use super::table::{number, spread};
use crate::figures::{Row, Sample};
use crate::memory_found::{Found, Memory};
use crate::peer::Peer;
use crate::statistics::Spread;
use crate::workload::Workload;

/// A table of a few figures of onevent.
pub(crate) fn headlines(rows: &[Row], samples: &[Sample], memory: &[Memory]) -> String {
    let figures = |workload, setting| {
        let row = rows
            .iter()
            .find(|row| row.workload == workload && row.setting == setting && row.peer == Peer::Onevent)?;
        row.figures.as_ref().ok()
    };
    let slope = memory.iter().find_map(|one| match one.found {
        Found::Slope { each } if one.peer == Peer::Onevent => Some(each),
        Found::Slope { .. } | Found::Waiting { .. } => None,
    });
    let lines = [
        ("W2, CPU ÷ Nango's way, 1 caller", figures(Workload::W2, 1).and_then(|f| f.cpu_ratio).map(spread)),
        (
            "W2, runs/s ÷ Nango's way, 16 callers",
            figures(Workload::W2, 16).and_then(|f| f.per_second_ratio).map(spread),
        ),
        ("W1, call to report, p50, ms", figures(Workload::W1, 1).map(|f| spread(f.p50_ms))),
        ("W1, CPU ÷ the baseline's", against_baseline(samples, Workload::W1).map(spread)),
        ("W2, CPU ÷ the baseline's", against_baseline(samples, Workload::W2).map(spread)),
        ("a waiting run, MB", waiting(memory, |found| each_waiting(&found)).map(spread)),
        ("200 gone and a minute idle, MB above the start", waiting(memory, |found| idle(&found)).map(spread)),
        ("W6, CPU of a dry run, project of 300 ÷ project of one", growth(samples).map(spread)),
        ("W6, CPU of a dry run, project of 300, ms", figures(Workload::W6, 300).map(|f| spread(f.cpu_ms))),
        ("W8, CPU of a test, ms", figures(Workload::W8, 1).map(|f| spread(f.cpu_ms))),
        ("what a run leaves in memory over 10,000, bytes", slope.map(number)),
    ];
    let mut text = String::from("| | onevent |\n| --- | --- |\n");
    for (title, value) in lines {
        if let Some(value) = value {
            let _ = writeln!(text, "| {title} | {value} |");
        }
    }
    text
}

fn each_waiting(found: &Found) -> Option<f64> {
    match found {
        Found::Waiting { runs, waiting, .. } => Some(waiting / *runs as f64 / 1e6),
        Found::Slope { .. } => None,
    }
}

fn idle(found: &Found) -> Option<f64> {
    match found {
        Found::Waiting { idle, .. } => Some(idle / 1e6),
        Found::Slope { .. } => None,
    }
}

fn waiting(memory: &[Memory], value: fn(Found) -> Option<f64>) -> Option<Spread> {
    let own = memory.iter().filter(|one| one.peer == Peer::Onevent && one.void.is_none());
    Spread::of(own.filter_map(|one| value(one.found)))
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

fn against_baseline(samples: &[Sample], workload: Workload) -> Option<Spread> {
    let of =
        |peer: Peer| move |one: &Sample| one.workload == workload && one.setting == 1 && one.peer == peer;
    ratios(samples, of(Peer::Onevent), of(Peer::Baseline))
}

fn growth(samples: &[Sample]) -> Option<Spread> {
    let of = |functions: usize| {
        move |one: &Sample| {
            one.workload == Workload::W6 && one.setting == functions && one.peer == Peer::Onevent
        }
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
        assert_eq!(growth(&samples).unwrap().median, 2.0);
        assert_eq!(against_baseline(&samples, Workload::W1), None);
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
