//! A B A B: everybody in turn, so that what else the machine does meets all of them.

use std::time::Duration;

use crate::effects;
use crate::failure::{Failure, Tried};
use crate::figures::Sample;
use crate::peer::Peer;
use crate::provider::{Manner, Provider};
use crate::start::{Means, start};
use crate::subject::Subject;
use crate::tell;
use crate::workload::Workload;

/// What ends after the answer (an isolate, its thread) belongs to the run.
const TEARDOWN: Duration = Duration::from_millis(50);

/// How much is measured.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Extent {
    /// Rounds of each measurement.
    pub(crate) rounds: usize,
    /// Whether a quick look is enough.
    pub(crate) quick: bool,
}

/// Somebody who could not be measured.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub(crate) struct Absent {
    /// At what.
    pub(crate) workload: Workload,
    /// Who.
    pub(crate) peer: Peer,
    /// Why.
    pub(crate) reason: String,
}

/// What came of a workload.
#[derive(Debug, Default)]
pub(crate) struct Measured {
    /// The rounds.
    pub(crate) samples: Vec<Sample>,
    /// Who is missing.
    pub(crate) absent: Vec<Absent>,
    /// What everybody is made of.
    pub(crate) versions: Vec<(Peer, Vec<(String, String)>)>,
}

impl Measured {
    /// Notes that somebody is missing, or was gone before the end.
    pub(crate) fn misses(&mut self, workload: Workload, peer: Peer, failure: &Failure) {
        tell::warning(format!("{} cannot be measured: {failure}", peer.title()));
        self.absent.push(Absent { workload, peer, reason: failure.to_string() });
    }
}

/// Somebody who has started, and whether he does what he should.
pub(crate) struct Entrant {
    /// Who.
    pub(crate) peer: Peer,
    /// Started.
    pub(crate) subject: Subject,
    /// Why his figures say nothing.
    pub(crate) void: Option<String>,
}

/// Measures one workload with everybody.
pub(crate) async fn measure(
    workload: Workload,
    peers: &[Peer],
    means: &Means,
    provider: &Provider,
    extent: Extent,
) -> Tried<Measured> {
    let mut measured = Measured::default();
    provider.behave(Manner::default()).await?;
    let mut entrants = Vec::new();
    for peer in peers {
        tell::step(format!("{workload:?}: {} starts", peer.title()));
        match entrant(*peer, workload, means, provider).await {
            Ok(entrant) => {
                measured.versions.push((*peer, entrant.subject.versions().to_vec()));
                entrants.push(entrant);
            }
            Err(failure) => measured.misses(workload, *peer, &failure),
        }
    }
    provider.behave(Manner { delay_ms: workload.delay_ms(), hold: false }).await?;
    for setting in workload.settings() {
        for round in 0..workload.rounds(extent.rounds) {
            // Whoever came last is first in the next round: nobody always follows the same one.
            entrants.reverse();
            for mut entrant in std::mem::take(&mut entrants) {
                if entrant.peer.takes(*setting) {
                    match one(&mut entrant, workload, (*setting, round), provider, extent).await {
                        Ok(sample) => {
                            tell::sample(&sample);
                            measured.samples.push(sample);
                        }
                        Err(failure) => {
                            measured.misses(workload, entrant.peer, &failure);
                            // What it had asked before is nobody's.
                            provider.take().await?;
                            continue;
                        }
                    }
                }
                entrants.push(entrant);
            }
        }
    }
    Ok(measured)
}

/// Starts somebody, sees whether he does what he should, and lets him run until nothing is done for the first time.
pub(crate) async fn entrant(
    peer: Peer,
    workload: Workload,
    means: &Means,
    provider: &Provider,
) -> Tried<Entrant> {
    let mut subject = start(peer, means, workload).await?;
    let mut void = effects::probe(&mut subject, workload, provider).await?;
    let runs = peer.warm_up(workload);
    if void.is_none() && runs > 0 {
        let batch = subject.run(runs, 1, &workload.before()).await?;
        void = effects::of_batch(&batch, workload, runs, provider).await?;
    }
    Ok(Entrant { peer, subject, void })
}

async fn one(
    entrant: &mut Entrant,
    workload: Workload,
    (setting, round): (usize, usize),
    provider: &Provider,
    extent: Extent,
) -> Tried<Sample> {
    let runs = entrant.peer.runs(workload.runs(setting, extent.quick));
    let before = entrant.subject.cpu_ms()?;
    let batch = entrant.subject.run(runs, setting, &workload.before()).await?;
    tokio::time::sleep(TEARDOWN).await;
    // Its own clock is finer than the kernel's list.
    let cpu_ms = batch.cpu_ms.unwrap_or(entrant.subject.cpu_ms()? - before);
    let wrong = effects::of_batch(&batch, workload, runs, provider).await?;
    let void = entrant.void.clone().or(wrong);
    Ok(Sample::of((workload, setting, entrant.peer, round), &batch, cpu_ms, void))
}
