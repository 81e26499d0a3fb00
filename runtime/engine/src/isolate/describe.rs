//! Asks a function what it declares, in an isolate of its own, which may then wait for the function's run.

use std::rc::Rc;
use std::sync::Arc;

use onevent_contract::{Limits, Timings};
use onevent_ops::{BeforeRun, LoadedModules};

use super::clock_reads::{OnClockRead, Reads};
use super::execute::Evaluated;
use super::job::{DescribeEnd, Described};
use super::meter::{JobUsage, Meter};
use super::prewarm::Ready;
use super::runtime::{Interrupted, Isolate};
use super::snapshots::Snapshot;
use super::stop::StopSignal;
use crate::admission::Moment;

/// An isolate that has answered.
pub(super) struct Asked {
    pub(super) end: DescribeEnd,
    pub(super) isolate: Option<Isolate>,
    /// What a run in the same isolate needs. `None` where the function could tell that it was described there, or that its
    /// modules were evaluated before its run.
    pub(super) run: Option<ForRun>,
}

/// What a run needs of an isolate that has described its function.
pub(super) struct ForRun {
    evaluated: Evaluated,
    timings: Timings,
    /// What a run would have used to come so far.
    pub(super) usage: JobUsage,
}

impl ForRun {
    pub(super) fn ready(self, mut isolate: Isolate) -> Ready {
        let Self { evaluated, timings, .. } = self;
        let bytes = isolate.heap_peak();
        Ready { isolate, evaluated, timings, bytes }
    }
}

/// Makes an isolate and describes the modules.
pub(super) async fn describe(
    modules: Arc<LoadedModules>,
    snapshot: Snapshot,
    limits: &Limits,
    stop: Arc<StopSignal>,
    meter: &Meter,
) -> Asked {
    let mut moment = meter.now();
    let mut isolate = match Isolate::new(modules, snapshot, limits, stop) {
        Ok(isolate) => isolate,
        Err(error) => return Asked { end: Err(error), isolate: None, run: None },
    };
    let timings = Timings { isolate: meter.lap(&mut moment), ..Timings::default() };
    match describe_in(&mut isolate, timings, meter, &mut moment).await {
        Ok((described, run)) => Asked { end: Ok(described), isolate: Some(isolate), run },
        Err(interrupted) => Asked { end: Err(interrupted), isolate: Some(isolate), run: None },
    }
}

async fn describe_in(
    isolate: &mut Isolate,
    mut timings: Timings,
    meter: &Meter,
    moment: &mut Moment,
) -> Result<(Described, Option<ForRun>), Interrupted> {
    let told = Rc::<BeforeRun>::default();
    isolate.put(Rc::clone(&told));
    let watched = isolate.watch_clocks(OnClockRead::GoOn);
    let namespace = isolate.evaluate().await?;
    timings.load = meter.lap(moment);
    let (usage, lines) = (meter.usage(0), told.lines());
    let is_read_plainly = isolate.is_plainly_read(&namespace);
    let text = isolate.describe(&namespace);
    let is_plain = is_read_plainly && isolate.is_plainly_described(&namespace);
    let reads = watched.and_then(|watched| isolate.put_back(watched));
    isolate.keep_compiled_code().await;
    let is_at_rest = isolate.is_at_rest() && !told.needs_run();
    let is_repeatable = reads == Some(Reads::default()) && !told.drew_random() && is_at_rest;
    let is_unseen =
        reads.is_some_and(|reads| !reads.clock) && is_at_rest && is_plain && told.lines() == lines;
    let run = is_unseen.then_some(ForRun { evaluated: Evaluated { namespace, told }, timings, usage });
    Ok((Described { text: text?, is_repeatable }, run))
}
