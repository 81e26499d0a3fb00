//! Asks a function what it declares, in an isolate of its own.

use std::rc::Rc;
use std::sync::Arc;

use onevent_contract::Limits;
use onevent_ops::{BeforeRun, LoadedModules};
use tokio::sync::oneshot;

use super::clock_reads::{OnClockRead, Reads};
use super::job::{DescribeEnd, Described};
use super::runtime::{Interrupted, Isolate};
use super::snapshots::Snapshot;
use super::stop::StopSignal;

/// Makes an isolate and describes the modules. The reply is sent before the isolate is gone.
pub(super) async fn describe(
    modules: Arc<LoadedModules>,
    limits: &Limits,
    stop: Arc<StopSignal>,
    reply: oneshot::Sender<DescribeEnd>,
) {
    let snapshot = Snapshot::of(&modules, false);
    let mut isolate = match Isolate::new(modules, snapshot, limits, Arc::clone(&stop)) {
        Ok(isolate) => isolate,
        Err(error) => return drop(reply.send(Err(error))),
    };
    let described = describe_in(&mut isolate).await;
    stop.end();
    let _ = reply.send(described);
}

async fn describe_in(isolate: &mut Isolate) -> Result<Described, Interrupted> {
    let told = Rc::<BeforeRun>::default();
    isolate.put(Rc::clone(&told));
    let watched = isolate.watch_clocks(OnClockRead::GoOn);
    let namespace = isolate.evaluate().await?;
    let text = isolate.describe(&namespace);
    let reads = watched.and_then(|watched| isolate.put_back(watched));
    isolate.keep_compiled_code().await;
    let is_repeatable =
        reads == Some(Reads::default()) && !told.drew_random() && !told.needs_run() && isolate.is_at_rest();
    Ok(Described { text: text?, is_repeatable })
}
