//! A process that takes orders: onevent's engine, and peers in Node.

use std::process::Stdio;
use std::time::Duration;

use serde::de::DeserializeOwned;
use serde_json::Value;
use tokio::io::{AsyncBufReadExt as _, AsyncWriteExt as _, BufReader};
use tokio::process::{Child, ChildStdin, ChildStdout, Command};

use crate::failure::{Failure, Tried, While as _};
use crate::peer::Peer;
use crate::protocol::{Batch, Order, Ran, Ready};

/// The process, and the two ends of its line.
pub(crate) struct Lines {
    name: String,
    process: Child,
    orders: ChildStdin,
    answers: tokio::io::Lines<BufReader<ChildStdout>>,
    ready: Ready,
    pause: Duration,
}

impl Lines {
    /// Starts it, and waits until it is ready.
    pub(crate) async fn start(peer: Peer, mut command: Command) -> Tried<Self> {
        let name = peer.title();
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).kill_on_drop(true);
        let mut process = command.spawn().trying(format!("{name} starts"))?;
        let gone = || Failure::new(format!("{name} has no stdin or stdout"));
        let orders = process.stdin.take().ok_or_else(gone)?;
        let answers = BufReader::new(process.stdout.take().ok_or_else(gone)?).lines();
        let ready = Ready { versions: Vec::new() };
        let (name, pause) = (name.to_owned(), peer.pause());
        let mut started = Self { name, process, orders, answers, ready, pause };
        started.ready = started.answer().await?;
        Ok(started)
    }

    /// What it is made of.
    pub(crate) fn versions(&self) -> &[(String, String)] {
        &self.ready.versions
    }

    /// The process's id; 0 once it has ended.
    pub(crate) fn pid(&self) -> u32 {
        self.process.id().unwrap_or_default()
    }

    pub(super) async fn probe(&mut self, metadata: &Value) -> Tried<Ran> {
        self.order(&Order::Probe { metadata: metadata.clone() }).await
    }

    pub(super) async fn run(&mut self, runs: usize, callers: usize, metadata: &Value) -> Tried<Batch> {
        let pause_ms = u64::try_from(self.pause.as_millis()).unwrap_or(u64::MAX);
        self.order(&Order::Run { runs, callers, pause_ms, metadata: metadata.clone() }).await
    }

    async fn order<T: DeserializeOwned>(&mut self, order: &Order) -> Tried<T> {
        let mut line = serde_json::to_string(order).trying("an order is written")?;
        line.push('\n');
        self.orders.write_all(line.as_bytes()).await.trying(format!("{} is told", self.name))?;
        self.answer().await
    }

    async fn answer<T: DeserializeOwned>(&mut self) -> Tried<T> {
        let line = self.answers.next_line().await.trying(format!("{} answers", self.name))?;
        let line = line.ok_or_else(|| Failure::new(format!("{} ended without an answer", self.name)))?;
        serde_json::from_str(&line).trying(format!("{} answers `{line}`", self.name))
    }
}
