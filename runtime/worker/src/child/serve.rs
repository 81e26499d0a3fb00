//! The orders of a child, one after the other.

use std::collections::HashMap;
use std::io;
use std::sync::Arc;

use onevent_contract::{EffectSink, Host, ModuleSource};
use onevent_engine::Engine;
use onevent_engine::process::{ChildEnd, DescribeOrder, RunOrder, StopAsked};
use tokio::sync::{mpsc, oneshot};

use super::host::Parent;
use super::socket::{Said, Socket};
use super::system::exit_now;
use crate::layer::LayerState;
use crate::wire::{FromChild, ModulesNumber, ToChild};

/// Serves the parent until it is gone.
///
/// # Errors
/// The system gives no thread.
pub(super) fn serve(socket: Socket, layers: Vec<LayerState>) -> io::Result<()> {
    let socket = Arc::new(socket);
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build()?;
    runtime.block_on(async {
        let engine = Engine::builder().build().map_err(io::Error::other)?;
        engine.warm_up().await;
        let heard = Arc::clone(&socket).listen()?;
        let ready = socket.say(0, &FromChild::Ready(layers));
        ready.map_err(io::Error::other)?;
        Child { engine, socket, heard, modules: HashMap::new() }.serve().await;
        Ok(())
    })
}

struct Child {
    engine: Engine,
    socket: Arc<Socket>,
    heard: mpsc::UnboundedReceiver<Said>,
    modules: HashMap<ModulesNumber, Arc<[Arc<ModuleSource>]>>,
}

impl Child {
    async fn serve(&mut self) {
        while let Some((run, said)) = self.heard.recv().await {
            match said {
                ToChild::Modules(number, modules) => drop(self.modules.insert(number, modules)),
                ToChild::Run(number, order) => {
                    let modules = self.modules_of(number);
                    self.run(run, RunOrder { modules, ..*order }).await;
                }
                ToChild::Describe(number, order) => {
                    let modules = self.modules_of(number);
                    self.describe(run, DescribeOrder { modules, ..order }).await;
                }
                // For a run that has ended meanwhile.
                ToChild::Answer(..) | ToChild::Stop => {}
            }
        }
    }

    fn modules_of(&self, number: ModulesNumber) -> Arc<[Arc<ModuleSource>]> {
        self.modules.get(&number).cloned().unwrap_or_default()
    }

    async fn run(&mut self, run: u32, order: RunOrder) {
        let parent = Arc::new(Parent::new(Arc::clone(&self.socket), run));
        let (host, effects) =
            (Arc::clone(&parent) as Arc<dyn Host>, Arc::clone(&parent) as Arc<dyn EffectSink>);
        let (stop, asked) = oneshot::channel();
        let engine = self.engine.clone();
        let ended = engine.run_order(order, host, effects, stop_of(asked));
        let end = self.while_hearing(run, Some(&parent), stop, ended).await;
        self.tell(run, end);
    }

    async fn describe(&mut self, run: u32, order: DescribeOrder) {
        let (stop, asked) = oneshot::channel();
        let engine = self.engine.clone();
        let end = self.while_hearing(run, None, stop, engine.describe_order(order, stop_of(asked))).await;
        self.tell(run, end);
    }

    /// Works, and passes on what the parent says meanwhile.
    async fn while_hearing(
        &mut self,
        run: u32,
        parent: Option<&Parent>,
        stop: oneshot::Sender<()>,
        work: impl Future<Output = ChildEnd>,
    ) -> ChildEnd {
        let mut work = std::pin::pin!(work);
        let mut stop = Some(stop);
        loop {
            tokio::select! {
                end = &mut work => return end,
                said = self.heard.recv() => match said {
                    Some((of, ToChild::Answer(number, answer))) if of == run => {
                        if let Some(parent) = parent {
                            parent.answered(number, answer);
                        }
                    }
                    Some((of, ToChild::Stop)) if of == run => drop(stop.take().map(|stop| stop.send(()))),
                    // Of an earlier run; orders come one at a time.
                    Some(_) => {}
                    None => exit_now(0),
                },
            }
        }
    }

    fn tell(&self, run: u32, end: ChildEnd) {
        let is_whole = end.leaves_child_whole();
        if self.socket.say(run, &FromChild::End(Box::new(end))).is_err() {
            // The parent then says that this child died, which is what it is good for.
            exit_now(1);
        }
        if !is_whole {
            // A thread may be stuck, and the parent does not want this child any more.
            exit_now(0);
        }
    }
}

fn stop_of(asked: oneshot::Receiver<()>) -> StopAsked {
    Box::pin(async move {
        if asked.await.is_err() {
            std::future::pending().await
        }
    })
}
