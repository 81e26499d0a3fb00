//! The thread of a shared isolate: it takes runs, and ends when nobody sends any for a while, or when V8 had to be made to
//! stop.

use std::rc::Rc;
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::mpsc;
use tokio::task::LocalSet;

use super::execution::{Worked, execute};
use super::load::Load;
use super::realm::Realm;
use super::sent::{Sent, Surroundings};
use super::shared_isolate::SharedIsolate;
use crate::isolate::{NotStarted, STACK_BYTES};
use crate::platform::ThreadCpuClock;

/// A shared isolate that has nothing to do for so long ends, and gives its memory back.
const IDLE: Duration = Duration::from_secs(30);

/// Starts the thread.
pub(super) fn start(
    heap_limit: usize,
    load: Arc<Load>,
    mut receive: mpsc::UnboundedReceiver<Sent>,
    around: Surroundings,
) -> std::io::Result<()> {
    std::thread::Builder::new().name("onevent-shared".into()).stack_size(STACK_BYTES).spawn(move || {
        // deno_core wants a runtime entered before the isolate is made and left after it is dropped.
        let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build();
        let served = match (runtime, ThreadCpuClock::of_this_thread()) {
            (Ok(runtime), Some(cpu)) => {
                let served = serve(heap_limit, cpu, &load, &mut receive, around.clone());
                let runs = LocalSet::new();
                // A turn of the thread is one of each run that was woken.
                runtime.block_on(around.cpu.computing(&around.waited, runs.run_until(served)))
            }
            (Err(error), _) => Err(format!("the isolate's thread cannot work: {error}")),
            (_, None) => Err("the isolate's thread has no CPU clock".to_owned()),
        };
        load.close();
        receive.close();
        while let Ok(mut sent) = receive.try_recv() {
            sent.admitted = load.leave(&sent.stop);
            match &served {
                // They came when it had just ended.
                Ok(()) => (around.resend)(sent),
                Err(message) => drop(sent.reply.send(Err(NotStarted::Engine(message.clone())))),
            }
        }
    })?;
    Ok(())
}

async fn serve(
    heap_limit: usize,
    cpu: ThreadCpuClock,
    load: &Arc<Load>,
    receive: &mut mpsc::UnboundedReceiver<Sent>,
    around: Surroundings,
) -> Result<(), String> {
    let realm = Realm::new(heap_limit, cpu)
        .await
        .map_err(|error| format!("no shared isolate could be made: {error:?}"))?;
    let isolate = Rc::new(SharedIsolate::new(realm, Arc::clone(load), around));
    loop {
        let sent = tokio::select! {
            biased;
            () = isolate.ended.notified() => None,
            sent = tokio::time::timeout(IDLE, receive.recv()) => match sent {
                Ok(None) => break,
                Ok(sent) => sent,
                Err(_) if load.runs() == 0 => break,
                Err(_) => None,
            },
        };
        if let Some(sent) = sent {
            isolate.open.borrow_mut().push(Arc::clone(&sent.stop));
            isolate.realm.borrow_mut().works(true);
            let isolate = Rc::clone(&isolate);
            tokio::task::spawn_local(work(isolate, sent));
        }
        if isolate.is_done() {
            break;
        }
    }
    // Those that were on their way are answered by whoever called this.
    load.close();
    while !isolate.open.borrow().is_empty() {
        isolate.ended.notified().await;
    }
    Ok(())
}

/// One run, to its answer.
async fn work(isolate: Rc<SharedIsolate>, sent: Sent) {
    let Sent { job, modules, stop, reply, .. } = sent;
    let worked = execute(&isolate, job, &modules, &stop).await;
    isolate.open.borrow_mut().retain(|other| !Arc::ptr_eq(other, &stop));
    let works = !isolate.open.borrow().is_empty();
    isolate.realm.borrow_mut().works(works);
    let admitted = isolate.load.leave(&stop);
    isolate.ended.notify_one();
    isolate.freed.notify_waiters();
    match worked {
        Worked::Ended(end) => {
            stop.end();
            drop(admitted);
            // Nobody may be waiting any more; then the end is dropped with the channel.
            let _ = reply.send(*end);
        }
        Worked::Again(job) => (isolate.around.resend)(Sent { job: *job, modules, stop, admitted, reply }),
    }
}
