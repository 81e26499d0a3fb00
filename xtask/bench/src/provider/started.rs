//! The provider as the measurement sees it: a child process with a URL.

use std::process::Stdio;
use std::time::Duration;

use tokio::io::{AsyncBufReadExt as _, BufReader};
use tokio::process::{Child, Command};

use super::server::{Manner, Taken};
use crate::failure::{Failure, Tried, While as _};
use crate::ledger::Ledger;

/// How often somebody looks who waits.
const LOOK: Duration = Duration::from_millis(10);
/// How often he looks before he gives up.
const LOOKS: usize = 12_000;

/// A running provider. It ends when this is dropped.
pub(crate) struct Provider {
    url: String,
    client: reqwest::Client,
    _process: Child,
}

impl Provider {
    /// Starts one: this program's own, told to be it.
    pub(crate) async fn start() -> Tried<Self> {
        let program = std::env::current_exe().trying("this program is found")?;
        let mut process = Command::new(program)
            .arg("provider")
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .kill_on_drop(true)
            .spawn()
            .trying("the provider starts")?;
        let stdout = process.stdout.take().ok_or_else(|| Failure::new("the provider has no output"))?;
        let line = BufReader::new(stdout).lines().next_line().await.trying("the provider says its URL")?;
        let url = line.ok_or_else(|| Failure::new("the provider ended at once"))?;
        Ok(Self { url, client: reqwest::Client::new(), _process: process })
    }

    /// Where it is.
    pub(crate) fn url(&self) -> &str {
        &self.url
    }

    /// Changes how it behaves.
    pub(crate) async fn behave(&self, manner: Manner) -> Tried<()> {
        self.ask("manner", serde_json::to_string(&manner).trying("the provider is told its manner")?).await?;
        Ok(())
    }

    /// What it was asked since the last time.
    pub(crate) async fn take(&self) -> Tried<Ledger> {
        let text = self.ask("take", String::new()).await?;
        let taken: Taken = serde_json::from_str(&text).trying("what the provider saw")?;
        Ok(taken.ledger)
    }

    /// Waits until it holds as many requests.
    pub(crate) async fn wait_for_held(&self, count: usize) -> Tried<()> {
        for _ in 0..LOOKS {
            let answer = self.client.get(format!("{}/-/held", self.url)).send().await;
            let text = answer.trying("the provider counts")?.text().await.trying("the provider counts")?;
            if text.trim().parse::<usize>().is_ok_and(|held| held >= count) {
                return Ok(());
            }
            tokio::time::sleep(LOOK).await;
        }
        Err(Failure::new(format!("the provider never held {count} requests at a time")))
    }

    async fn ask(&self, what: &str, body: String) -> Tried<String> {
        let request = self.client.post(format!("{}/-/{what}", self.url));
        let sent = request.header("content-type", "application/json").body(body).send().await;
        let answer = sent.trying(format!("the provider is asked to {what}"))?;
        let answer = answer.error_for_status().trying(format!("the provider does {what}"))?;
        answer.text().await.trying(format!("the provider answers {what}"))
    }
}
