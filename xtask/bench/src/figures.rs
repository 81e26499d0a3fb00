//! What was measured, and what it comes to.

use serde::{Deserialize, Serialize};

use crate::peer::Peer;
use crate::protocol::Batch;
use crate::statistics::{Spread, percentile};
use crate::workload::Workload;

/// One round of one subject.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Sample {
    /// What ran.
    pub(crate) workload: Workload,
    /// How many waited for answers at a time, or how large the project was.
    pub(crate) setting: usize,
    /// Who ran it.
    pub(crate) peer: Peer,
    /// From 0.
    pub(crate) round: usize,
    /// Runs that ended.
    pub(crate) runs: usize,
    /// CPU time of a run, in milliseconds.
    pub(crate) cpu_ms: f64,
    /// Runs in a second.
    pub(crate) per_second: f64,
    /// The median latency.
    pub(crate) p50_ms: f64,
    /// The latency that one run of a hundred exceeds.
    pub(crate) p99_ms: f64,
    /// Runs that were refused for want of room.
    pub(crate) refused: usize,
    /// Why this figure says nothing; `None` where it does.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) void: Option<String>,
}

impl Sample {
    /// Of a batch that used that much CPU.
    pub(crate) fn of(
        (workload, setting, peer, round): (Workload, usize, Peer, usize),
        batch: &Batch,
        cpu_ms: f64,
        void: Option<String>,
    ) -> Self {
        let runs = batch.latencies_ms.len();
        let share = |share| percentile(&batch.latencies_ms, share).unwrap_or(f64::NAN);
        Self {
            workload,
            setting,
            peer,
            round,
            runs,
            cpu_ms: cpu_ms / runs as f64,
            per_second: runs as f64 * 1e3 / batch.wall_ms,
            p50_ms: share(0.5),
            p99_ms: share(0.99),
            refused: batch.refused,
            void,
        }
    }

    fn refused_percent(&self) -> f64 {
        100.0 * self.refused as f64 / (self.runs + self.refused).max(1) as f64
    }
}

/// All rounds of one subject with one setting.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Row {
    /// What ran.
    pub(crate) workload: Workload,
    /// How many waited for answers at a time, or how large the project was.
    pub(crate) setting: usize,
    /// Who ran it.
    pub(crate) peer: Peer,
    /// What its rounds come to, or why they say nothing.
    pub(crate) figures: Result<Figures, String>,
}

/// Medians over the rounds.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub(crate) struct Figures {
    /// CPU time of a run, in milliseconds.
    pub(crate) cpu_ms: Spread,
    /// The same, divided by the reference's of the same round.
    pub(crate) cpu_ratio: Option<Spread>,
    /// Runs in a second.
    pub(crate) per_second: Spread,
    /// The same, divided by the reference's of the same round.
    pub(crate) per_second_ratio: Option<Spread>,
    /// Latencies.
    pub(crate) p50_ms: Spread,
    /// Latencies.
    pub(crate) p99_ms: Spread,
    /// Runs of a hundred that were refused for want of room. The other figures are of those that ran.
    pub(crate) refused_percent: Spread,
}

/// The rows of all samples, in the order of the tables.
pub(crate) fn rows(samples: &[Sample]) -> Vec<Row> {
    let mut keys: Vec<(Workload, usize, Peer)> =
        samples.iter().map(|sample| (sample.workload, sample.setting, sample.peer)).collect();
    keys.sort_unstable();
    keys.dedup();
    keys.into_iter().map(|key| row(key, samples)).collect()
}

fn row((workload, setting, peer): (Workload, usize, Peer), samples: &[Sample]) -> Row {
    let place = |sample: &&Sample| sample.workload == workload && sample.setting == setting;
    let own: Vec<&Sample> = samples.iter().filter(place).filter(|sample| sample.peer == peer).collect();
    let figures = match own.iter().find_map(|sample| sample.void.clone()) {
        Some(void) => Err(void),
        None => {
            let reference: Vec<&Sample> = samples
                .iter()
                .filter(place)
                .filter(|sample| sample.peer == Peer::reference(workload) && sample.void.is_none())
                .collect();
            figures(&own, &reference).ok_or_else(|| "nothing was measured".to_owned())
        }
    };
    Row { workload, setting, peer, figures }
}

fn figures(own: &[&Sample], reference: &[&Sample]) -> Option<Figures> {
    let spread = |of: fn(&Sample) -> f64| Spread::of(own.iter().map(|sample| of(sample)));
    // Rounds of the same number are neighbours in time: what else the machine does meets both.
    let ratio = |of: fn(&Sample) -> f64| {
        Spread::of(own.iter().filter_map(|sample| {
            let beside = reference.iter().find(|beside| beside.round == sample.round)?;
            Some(of(sample) / of(beside))
        }))
    };
    Some(Figures {
        cpu_ms: spread(|sample| sample.cpu_ms)?,
        cpu_ratio: ratio(|sample| sample.cpu_ms),
        per_second: spread(|sample| sample.per_second)?,
        per_second_ratio: ratio(|sample| sample.per_second),
        p50_ms: spread(|sample| sample.p50_ms)?,
        p99_ms: spread(|sample| sample.p99_ms)?,
        refused_percent: spread(Sample::refused_percent)?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sample(peer: Peer, round: usize, cpu_ms: f64) -> Sample {
        let batch = Batch { wall_ms: 1_000.0, latencies_ms: vec![1.0; 10], ..Batch::default() };
        Sample::of((Workload::W1, 1, peer, round), &batch, cpu_ms * 10.0, None)
    }

    #[test]
    fn ratios_are_of_the_same_round() {
        let samples = [
            sample(Peer::NangoWay, 0, 1.0),
            sample(Peer::Onevent, 0, 2.0),
            // The machine was busy with something else: both take ten times as long.
            sample(Peer::Onevent, 1, 20.0),
            sample(Peer::NangoWay, 1, 10.0),
        ];
        let rows = rows(&samples);
        let onevent = rows.iter().find(|row| row.peer == Peer::Onevent).unwrap();
        let ratio = onevent.figures.as_ref().unwrap().cpu_ratio.unwrap();
        assert_eq!((ratio.median, ratio.least, ratio.greatest), (2.0, 2.0, 2.0));
        assert_eq!(onevent.figures.as_ref().unwrap().cpu_ms.median, 11.0);
    }

    #[test]
    fn what_was_refused_is_told_beside_what_ran() {
        let mut sample = sample(Peer::Onevent, 0, 1.0);
        sample.refused = 30;
        let rows = rows(&[sample]);
        let figures = rows[0].figures.as_ref().unwrap();
        assert_eq!((figures.refused_percent.median, figures.per_second.median), (75.0, 10.0));
    }

    #[test]
    fn one_void_round_makes_all_of_them_void() {
        let mut samples = vec![sample(Peer::Onevent, 0, 1.0), sample(Peer::Onevent, 1, 1.0)];
        samples[1].void = Some("other requests".to_owned());
        assert_eq!(rows(&samples)[0].figures, Err("other requests".to_owned()));
    }

    #[test]
    fn without_a_reference_there_is_no_ratio() {
        let rows = rows(&[sample(Peer::Onevent, 0, 1.0)]);
        assert_eq!(rows[0].figures.as_ref().unwrap().cpu_ratio, None);
        assert_eq!(rows[0].figures.as_ref().unwrap().per_second.median, 10.0);
    }
}
