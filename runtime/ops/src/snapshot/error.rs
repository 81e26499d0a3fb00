//! Why there is no snapshot.

use std::path::PathBuf;

use thiserror::Error;

/// Why there is no snapshot.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum BakeError {
    /// A script is missing.
    #[error("{} cannot be read: {source}", path.display())]
    Script {
        /// Where it should lie.
        path: PathBuf,
        /// Why it cannot be read.
        source: std::io::Error,
    },
    /// The bundle's first line is not what it should be.
    #[error("the first line of the SDK's bundle: {0}")]
    Header(String),
    /// deno_web has lost a script.
    #[error("{0}")]
    DenoWeb(String),
    /// The run that is done on it failed.
    #[error("the typical run failed: {0}")]
    TypicalRun(String),
    /// V8 or deno_core could not do it.
    #[error("the snapshot could not be baked: {0}")]
    Snapshot(String),
}
