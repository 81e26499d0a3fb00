//! `onevent test`

use std::path::PathBuf;

use clap::Args;
use onevent_contract::IntegrationId;

use super::check::JudgingArgs;

/// `onevent test`.
#[derive(Debug, Default, Args)]
pub(crate) struct TestArgs {
    /// Only functions whose <integration>/<name> contains this
    #[arg(long, value_name = "TEXT")]
    pub(crate) filter: Option<String>,
    /// Only functions of this integration
    #[arg(long, value_name = "NAME")]
    pub(crate) integration: Option<IntegrationId>,
    /// Write output, error, metadata writes and requests of now into the fixtures that differ
    #[arg(long)]
    pub(crate) update: bool,
    /// Make metadata, input and output that violate the function's schemas a failure
    #[arg(long)]
    pub(crate) validate: bool,
    /// Say where the time of each test's run went: waiting for a place, making the isolate, loading, exec, the host
    #[arg(long)]
    pub(crate) timings: bool,
    /// Write the results as JUnit XML, too
    #[arg(long, value_name = "FILE")]
    pub(crate) junit: Option<PathBuf>,
    #[command(flatten)]
    pub(crate) judging: JudgingArgs,
}
