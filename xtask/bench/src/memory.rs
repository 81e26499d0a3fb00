//! Memory: of runs that wait, of those that are gone, and over many.

use std::time::Duration;

use crate::effects;
use crate::failure::{Failure, Tried};
use crate::memory_found::{Found, Memory};
use crate::peer::Peer;
use crate::provider::{Manner, Provider};
use crate::rounds::{Entrant, Extent, Measured, entrant};
use crate::start::Means;
use crate::statistics::slope;
use crate::tell;
use crate::workload::Workload;

/// How long nothing is asked of a subject before its memory is looked at again.
const IDLE: Duration = Duration::from_secs(60);
/// The same of a quick look.
const QUICK_IDLE: Duration = Duration::from_secs(5);
/// In how many pieces the many runs are made: a point of the line after each.
const PIECES: usize = 20;
/// The first of them fill caches, and are no part of the line.
const FILLING: usize = 4;

/// Measures memory with everybody. Each starts anew for each round: what one round has left is not the next one's.
pub(crate) async fn measure(
    workload: Workload,
    peers: &[Peer],
    means: &Means,
    provider: &Provider,
    extent: Extent,
) -> Tried<(Vec<Memory>, Measured)> {
    let (mut found, mut measured) = (Vec::new(), Measured::default());
    for round in 0..workload.rounds(extent.rounds) {
        for peer in peers {
            tell::step(format!("{workload:?}: {}, round {}", peer.title(), round + 1));
            provider.behave(Manner::default()).await?;
            match one(*peer, workload, round, (means, provider), extent).await {
                Ok(memory) => {
                    tell::memory(&memory);
                    found.push(memory);
                }
                Err(failure) => {
                    measured.misses(workload, *peer, &failure);
                    provider.behave(Manner::default()).await?;
                }
            }
        }
    }
    Ok((found, measured))
}

async fn one(
    peer: Peer,
    workload: Workload,
    round: usize,
    (means, provider): (&Means, &Provider),
    extent: Extent,
) -> Tried<Memory> {
    let mut entrant = entrant(peer, workload, means, provider).await?;
    let before = resident(&entrant)?;
    let found = if workload == Workload::Slope {
        over_many(&mut entrant, workload, provider, extent).await?
    } else {
        waiting(&mut entrant, workload, provider, extent).await?
    };
    Ok(Memory { workload, peer, round, before, found, void: entrant.void })
}

fn resident(entrant: &Entrant) -> Tried<f64> {
    entrant.subject.resident_bytes()?.ok_or_else(|| Failure::new("it has no process that lasts"))
}

async fn waiting(
    entrant: &mut Entrant,
    workload: Workload,
    provider: &Provider,
    extent: Extent,
) -> Tried<Found> {
    let runs = workload.settings().first().copied().unwrap_or_default();
    let before = resident(entrant)?;
    provider.behave(Manner { delay_ms: 0, hold: true }).await?;
    let pid = entrant.subject.pid().ok_or_else(|| Failure::new("it has no process that lasts"))?;
    let all_wait = async {
        provider.wait_for_held(runs).await?;
        let while_they_wait = crate::resources::resident_bytes(pid)?;
        provider.behave(Manner::default()).await?;
        Ok::<_, Failure>(while_they_wait)
    };
    let metadata = workload.before();
    let running = entrant.subject.run(runs, runs, &metadata);
    let (waiting, batch) = futures_util::future::try_join(all_wait, running).await?;
    let wrong = effects::of_batch(&batch, workload, runs, provider).await?;
    entrant.void = entrant.void.take().or(wrong);
    tokio::time::sleep(Duration::from_millis(100)).await;
    let gone = resident(entrant)?;
    tokio::time::sleep(if extent.quick { QUICK_IDLE } else { IDLE }).await;
    let idle = resident(entrant)?;
    Ok(Found::Waiting { runs, waiting: waiting - before, gone: gone - before, idle: idle - before })
}

async fn over_many(
    entrant: &mut Entrant,
    workload: Workload,
    provider: &Provider,
    extent: Extent,
) -> Tried<Found> {
    let callers = workload.settings().first().copied().unwrap_or(1);
    let runs = workload.runs(callers, extent.quick) / PIECES;
    let mut points = Vec::new();
    for piece in 0..PIECES {
        let batch = entrant.subject.run(runs, callers, &workload.before()).await?;
        let wrong = effects::of_batch(&batch, workload, runs, provider).await?;
        entrant.void = entrant.void.take().or(wrong);
        if piece >= FILLING {
            points.push(((piece * runs) as f64, resident(entrant)?));
        }
    }
    let each = slope(&points).ok_or_else(|| Failure::new("two points make no line"))?;
    Ok(Found::Slope { each })
}
