//! What the engine of a child process does: the orders of its parent, one at a time.

use std::sync::Arc;
use std::time::Duration;

use onevent_contract::{EffectLog, EffectSender, EffectSink, Host, ModuleSource, Usage};
use serde_json::Value;
use tokio::runtime::Handle;
use tokio_util::task::AbortOnDropHandle;

use crate::engine::{Engine, THREAD_LOST};
use crate::isolate::{DescribeJob, Ended, ExecuteJob, Lost, StopReason, UnderWay};
use crate::process::{ChildEnd, DescribeOrder, RunOrder, Settled, StopAsked, Stopped};
use crate::schema;

impl Engine {
    /// Does what the parent process asked for. Its host answers the calls, and gets the log lines and warnings; it has done
    /// what comes before a run, and does what comes after it.
    pub async fn run_order(
        &self,
        order: RunOrder,
        host: Arc<dyn Host>,
        effects: Arc<dyn EffectSink>,
        stop: StopAsked,
    ) -> ChildEnd {
        let RunOrder {
            origin,
            environment,
            limits,
            modules,
            declares_schemas,
            metadata_schema,
            facts,
            nested,
        } = order;
        let clock = Arc::clone(self.threads.clock());
        let job = ExecuteJob {
            modules,
            declares_schemas,
            environment,
            limits,
            before: AbortOnDropHandle::new(tokio::spawn(async { Ok(Value::Null) })),
            facts: Some(Box::new(move |_| Ok(facts))),
            schema: metadata_schema.as_ref().map(schema::check),
            host,
            call: origin.arrived(&*clock, EffectSender::new(effects)),
            log: Arc::new(EffectLog::new(clock)),
            host_runtime: Handle::current(),
            nested,
            debugger: None,
        };
        match self.threads.execute(job, self.admission.only()) {
            Ok(under_way) => match self.end_of(under_way, stop).await {
                Ok(ended) => ChildEnd::of_run(ended),
                Err(end) => end,
            },
            Err(error) => ChildEnd::early(Settled::NotStarted(format!("no thread for the isolate: {error}"))),
        }
    }

    /// Evaluates modules, as the parent process asked for, and says what they declare.
    pub async fn describe_order(&self, order: DescribeOrder, stop: StopAsked) -> ChildEnd {
        let DescribeOrder { modules, limits } = order;
        // The parent has made room for it.
        let Ok(place) = self.admission.load(0).await else { return closing() };
        match self.threads.describe(DescribeJob { modules, limits, place, may_run: false }) {
            Ok(under_way) => match self.end_of(under_way, stop).await {
                Ok(ended) => ChildEnd::of_description(ended),
                Err(end) => end,
            },
            Err(error) => ChildEnd::early(Settled::NotStarted(format!("no thread for the isolate: {error}"))),
        }
    }

    /// Makes an isolate and drops it: what is read and mapped by that is there for the first run.
    pub async fn warm_up(&self) {
        let modules: Arc<[Arc<ModuleSource>]> = Arc::new([]);
        let limits = onevent_contract::Limits::default();
        let stop = Box::pin(std::future::pending());
        let _ = self.describe_order(DescribeOrder { limits, modules }, stop).await;
    }

    /// The end of a job, or what is said of one that does not end although it was stopped: only the end of the process is left
    /// then.
    async fn end_of<T>(&self, mut under_way: UnderWay<T>, mut stop: StopAsked) -> Result<T, ChildEnd> {
        let signal = Arc::clone(&under_way.stop);
        let clock = self.threads.clock();
        let started = clock.monotonic();
        let mut asked = false;
        loop {
            tokio::select! {
                biased;
                ended = under_way.ended() => return match ended {
                    Ended::Answered(end) => Ok(end),
                    Ended::Unanswered => Err(ChildEnd::early(Settled::Engine(THREAD_LOST.to_owned()))),
                    Ended::Lost(lost) => Err(stuck(lost, clock.elapsed(started))),
                },
                () = &mut stop, if !asked => {
                    asked = true;
                    signal.request(StopReason::Cancelled);
                }
            }
        }
    }
}

fn closing() -> ChildEnd {
    ChildEnd::early(Settled::NotStarted("the child is shut down".to_owned()))
}

fn stuck(lost: Lost, wall: Duration) -> ChildEnd {
    let usage = Usage { wall, cpu: lost.cpu, heap_peak_bytes: 0 };
    ChildEnd { usage, ..ChildEnd::early(Settled::Stopped(Stopped::of(lost.reason))) }
}
