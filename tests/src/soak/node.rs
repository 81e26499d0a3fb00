//! One `onevent serve`.

use std::fs::File;
use std::io;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};

use serde_json::Value;

/// A running node. It is killed when dropped.
pub(crate) struct Node {
    process: Child,
    log: PathBuf,
    pub(crate) url: String,
    /// The key that it made, where the database was empty.
    pub(crate) key: Option<String>,
}

impl Node {
    /// Starts it, and waits until it can be reached.
    pub(crate) fn start(mut command: Command, log: &Path) -> io::Result<Self> {
        let mut process =
            command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(File::create(log)?).spawn()?;
        let stdout = process.stdout.take();
        // What holds the process ends it, whatever it says.
        let mut node = Self { process, log: log.to_owned(), url: String::new(), key: None };
        let started = stdout.and_then(|stdout| {
            serde_json::Deserializer::from_reader(stdout).into_iter::<Value>().next()?.ok()
        });
        let text = |name: &str| Some(started.as_ref()?.get(name)?.as_str()?.to_owned());
        node.key = text("secret_key");
        match text("url") {
            Some(url) => node.url = url,
            None => {
                let told = started.map_or_else(|| node.said(), |started| started.to_string());
                return Err(io::Error::other(format!("a node does not start:\n{told}")));
            }
        }
        Ok(node)
    }

    /// Its process.
    pub(crate) fn process_id(&self) -> u32 {
        self.process.id()
    }

    /// What it wrote into its log.
    pub(crate) fn said(&self) -> String {
        std::fs::read_to_string(&self.log).unwrap_or_default()
    }

    /// How it ended by itself, if it did.
    pub(crate) fn ended(&mut self) -> io::Result<Option<ExitStatus>> {
        self.process.try_wait()
    }

    /// SIGKILL.
    pub(crate) fn kill(&mut self) -> io::Result<()> {
        self.process.kill()?;
        self.process.wait().map(drop)
    }
}

impl Drop for Node {
    fn drop(&mut self) {
        let _ = self.kill();
    }
}
