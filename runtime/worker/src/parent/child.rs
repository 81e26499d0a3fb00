//! One child, and the socket to it.

use std::os::unix::net::UnixStream;
use std::process::ExitStatus;
use std::sync::Arc;
use std::time::Duration;

use onevent_contract::ModuleSource;
use onevent_engine::process::ChildFailure;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::unix::{OwnedReadHalf, OwnedWriteHalf};
use tokio::sync::mpsc;

use super::death;
use super::nursery::Nursery;
use crate::layer::LayerState;
use crate::wire::{Decoder, FromChild, ModulesNumber, ToChild};

/// How long a child may take until it takes orders.
const STARTED_WITHIN: Duration = Duration::from_secs(20);

/// So many messages wait for a child that does not read. An honest one has fewer calls open.
const MOST_UNREAD: usize = 64;

/// A child that takes orders.
pub(super) struct Child {
    process: Option<std::process::Child>,
    reader: OwnedReadHalf,
    decoder: Decoder,
    frames: mpsc::Sender<Vec<u8>>,
    sent: Vec<Arc<[Arc<ModuleSource>]>>,
    run: u32,
    /// The heap of the runs that it was started for.
    pub(super) heap_bytes: u64,
    /// What keeps it.
    pub(super) layers: Vec<LayerState>,
}

/// What came of a child instead of a message.
pub(super) enum Odd {
    /// It is gone.
    Gone,
    /// It broke the rules.
    Broke(String),
}

impl Child {
    /// A new child, as soon as it takes orders.
    pub(super) async fn start(nursery: &Nursery, heap_bytes: u64) -> Result<Self, ChildFailure> {
        let not_started = |message: String| ChildFailure::NotStarted { message };
        let (process, socket) =
            nursery.child(heap_bytes).await.map_err(|error| not_started(error.to_string()))?;
        let mut child =
            Self::of(process, socket, heap_bytes).map_err(|error| not_started(error.to_string()))?;
        match tokio::time::timeout(STARTED_WITHIN, child.next()).await {
            Ok(Ok((0, _, FromChild::Ready(layers)))) => {
                child.layers = layers;
                Ok(child)
            }
            Ok(Ok(_)) => Err(not_started("it did not begin as children do".to_owned())),
            Ok(Err(Odd::Broke(how))) => Err(not_started(how)),
            Ok(Err(Odd::Gone)) => Err(not_started(child.died("nothing yet").await.to_string())),
            Err(_) => Err(not_started(format!("it took no orders within {STARTED_WITHIN:?}"))),
        }
    }

    fn of(process: std::process::Child, socket: UnixStream, heap_bytes: u64) -> std::io::Result<Self> {
        let (reader, writer) = tokio::net::UnixStream::from_std(socket)?.into_split();
        let (frames, unread) = mpsc::channel(MOST_UNREAD);
        tokio::spawn(write(writer, unread));
        Ok(Self {
            process: Some(process),
            reader,
            decoder: Decoder::default(),
            frames,
            sent: Vec::new(),
            run: 0,
            heap_bytes,
            layers: Vec::new(),
        })
    }

    /// How many orders it got.
    pub(super) fn orders(&self) -> u32 {
        self.run
    }

    /// Whether it still lives, as far as one can see from here.
    pub(super) fn is_alive(&mut self) -> bool {
        self.process.as_mut().is_some_and(|process| matches!(process.try_wait(), Ok(None)))
    }

    /// Says something to it, as part of the run that goes on.
    pub(super) fn say(&self, message: &ToChild) -> Result<(), Odd> {
        let frame = message.frame(self.run).map_err(|error| Odd::Broke(error.to_string()))?;
        self.frames.try_send(frame).map_err(|error| match error {
            mpsc::error::TrySendError::Full(_) => Odd::Broke("does not read".to_owned()),
            mpsc::error::TrySendError::Closed(_) => Odd::Gone,
        })
    }

    /// Begins the next run, with these modules, which cross once.
    pub(super) fn begin(&mut self, modules: &Arc<[Arc<ModuleSource>]>) -> Result<ModulesNumber, Odd> {
        self.run += 1;
        let known = self.sent.iter().position(|sent| Arc::ptr_eq(sent, modules));
        let place = known.unwrap_or(self.sent.len());
        let number = ModulesNumber(u32::try_from(place).unwrap_or(u32::MAX));
        if known.is_none() {
            self.say(&ToChild::Modules(number, Arc::clone(modules)))?;
            self.sent.push(Arc::clone(modules));
        }
        Ok(number)
    }

    /// What it says next, and how long that is. Cancelling loses nothing.
    pub(super) async fn next(&mut self) -> Result<(u32, usize, FromChild), Odd> {
        loop {
            match self.decoder.next() {
                Ok(Some(said)) => return Ok(said),
                Ok(None) => {}
                Err(error) => return Err(Odd::Broke(format!("sent {error}"))),
            }
            match self.reader.read_buf(self.decoder.buffer()).await {
                Ok(0) | Err(_) => return Err(Odd::Gone),
                Ok(_) => {}
            }
        }
    }

    /// The number of the run that goes on.
    pub(super) fn run(&self) -> u32 {
        self.run
    }

    /// Ends it, and says what that was to its work.
    pub(super) async fn died(mut self, what: &str) -> ChildFailure {
        let Some(mut process) = self.process.take() else { return lost(what) };
        let ended = tokio::task::spawn_blocking(move || end(&mut process)).await;
        match ended {
            Ok(Ok(status)) => death::failure(what, status),
            Ok(Err(_)) | Err(_) => lost(what),
        }
    }
}

fn lost(what: &str) -> ChildFailure {
    ChildFailure::Crashed { message: format!("the child process that ran {what} is lost") }
}

/// A child that has died keeps the status that it died with.
fn end(process: &mut std::process::Child) -> std::io::Result<ExitStatus> {
    process.kill()?;
    process.wait()
}

impl Drop for Child {
    fn drop(&mut self) {
        let Some(mut process) = self.process.take() else { return };
        // Killing is quick; what takes its time is the kernel's taking down of what the child held.
        let _ = process.kill();
        match tokio::runtime::Handle::try_current() {
            Ok(runtime) => drop(runtime.spawn_blocking(move || process.wait())),
            Err(_) => drop(process.wait()),
        }
    }
}

async fn write(mut writer: OwnedWriteHalf, mut frames: mpsc::Receiver<Vec<u8>>) {
    while let Some(frame) = frames.recv().await {
        if writer.write_all(&frame).await.is_err() {
            return;
        }
    }
}
