//! The shared isolates of an engine: some for each deployment and environment, started when they are needed.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use onevent_contract::{Clock, EnvironmentName, ModuleSource};
use onevent_ops::LoadedModules;
use tokio::sync::{mpsc, oneshot};

use super::load::Load;
use super::sent::{Sent, Surroundings};
use super::worker::start;
use crate::admission::{Admitted, CpuPermits};
use crate::isolate::{ExecuteEnd, ExecuteJob, NotStarted, StopSignal, UnderWay, Watchdog};

/// Which runs may share an isolate: never those of two environments, or of two deployments.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) struct SharedKey {
    pub(crate) environment: EnvironmentName,
    pub(crate) deployment: Option<String>,
    /// The heap is the isolate's.
    pub(crate) heap_bytes: u64,
}

/// One of them.
struct Member {
    send: mpsc::UnboundedSender<Sent>,
    load: Arc<Load>,
    /// What it knows by each path. V8 and source maps tell modules apart by their paths, so another module of the same
    /// path, as after a reload, needs another isolate.
    modules: HashMap<String, Arc<ModuleSource>>,
    functions: Vec<Arc<LoadedModules>>,
}

impl Member {
    fn is_open(&self) -> bool {
        !self.load.is_closed() && !self.send.is_closed()
    }

    fn runs(&self) -> usize {
        self.load.runs()
    }

    /// Takes the modules in, unless it has others by their paths.
    fn accepts(&mut self, loaded: &Arc<LoadedModules>) -> bool {
        if self.functions.iter().any(|known| Arc::ptr_eq(known, loaded)) {
            return true;
        }
        let same = |module: &Arc<ModuleSource>| match self.modules.get(&module.path) {
            Some(known) => {
                Arc::ptr_eq(known, module)
                    || (known.code == module.code && known.source_map == module.source_map)
            }
            None => true,
        };
        if !loaded.modules().iter().all(same) {
            return false;
        }
        for module in loaded.modules().iter() {
            self.modules.entry(module.path.clone()).or_insert_with(|| Arc::clone(module));
        }
        self.functions.push(Arc::clone(loaded));
        true
    }
}

/// The shared isolates of an engine.
pub(crate) struct SharedIsolates {
    members: Mutex<HashMap<SharedKey, Vec<Member>>>,
    watchdog: Arc<Watchdog>,
    clock: Arc<dyn Clock>,
    /// For each key.
    most: usize,
    cpu: CpuPermits,
}

impl SharedIsolates {
    /// None yet; at most `most` for each key.
    pub(crate) fn new(watchdog: Arc<Watchdog>, clock: Arc<dyn Clock>, most: usize, cpu: CpuPermits) -> Self {
        Self { members: Mutex::default(), watchdog, clock, most: most.max(1), cpu }
    }

    /// Sends the run to the isolate that has the fewest.
    pub(crate) fn execute(
        self: &Arc<Self>,
        key: SharedKey,
        job: ExecuteJob,
        modules: Arc<LoadedModules>,
        admitted: Admitted,
    ) -> std::io::Result<UnderWay<Result<ExecuteEnd, NotStarted>>> {
        let (reply, end) = oneshot::channel();
        let stop = Arc::<StopSignal>::default();
        self.send(key, Sent { job, modules, stop: Arc::clone(&stop), admitted: Some(admitted), reply })?;
        Ok(UnderWay { stop, end })
    }

    fn send(self: &Arc<Self>, key: SharedKey, mut sent: Sent) -> std::io::Result<()> {
        // Every change is one step, so a panic elsewhere leaves the map whole.
        let mut members = self.members.lock().unwrap_or_else(PoisonError::into_inner);
        members.retain(|_, members| {
            members.retain(Member::is_open);
            !members.is_empty()
        });
        let members = members.entry(key.clone()).or_default();
        loop {
            let most = members.len() >= self.most;
            let accepting = members.iter_mut().filter(|member| member.is_open());
            let mut accepting: Vec<_> =
                accepting.filter_map(|member| member.accepts(&sent.modules).then_some(member)).collect();
            accepting.sort_by_key(|member| member.runs());
            let chosen = accepting.into_iter().next().filter(|member| most || member.runs() == 0);
            let Some(member) = chosen else { break };
            member.load.enter(&sent.stop, sent.admitted.take());
            match member.send.send(sent) {
                Ok(()) => return Ok(()),
                // It ended in between.
                Err(back) => {
                    sent = back.0;
                    sent.admitted = member.load.leave(&sent.stop);
                }
            }
        }
        let member = self.start(key, &sent.modules)?;
        member.load.enter(&sent.stop, sent.admitted.take());
        // Its thread has just been given the other end.
        let _ = member.send.send(sent);
        // One that knows other modules by the same paths is for functions that are going.
        members.push(member);
        Ok(())
    }

    /// How many live now.
    pub(crate) fn live(&self) -> usize {
        let members = self.members.lock().unwrap_or_else(PoisonError::into_inner);
        members.values().flatten().filter(|member| member.is_open()).count()
    }

    fn start(self: &Arc<Self>, key: SharedKey, modules: &Arc<LoadedModules>) -> std::io::Result<Member> {
        let (send, receive) = mpsc::unbounded_channel();
        let load = Arc::<Load>::default();
        let heap = usize::try_from(key.heap_bytes).unwrap_or(usize::MAX);
        let pool = Arc::downgrade(self);
        // A run that cannot be sent is dropped, and whoever waits for it is told that its thread was lost.
        let resend = Arc::new(move |sent| {
            let _ = pool.upgrade().map(|pool| pool.send(key.clone(), sent));
        });
        let surroundings = Surroundings {
            watchdog: Arc::clone(&self.watchdog),
            clock: Arc::clone(&self.clock),
            cpu: self.cpu.clone(),
            waited: Arc::default(),
            resend,
        };
        start(heap, Arc::clone(&load), receive, surroundings)?;
        let mut member = Member { send, load, modules: HashMap::new(), functions: Vec::new() };
        member.accepts(modules);
        Ok(member)
    }
}
