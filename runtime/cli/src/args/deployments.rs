//! `onevent deploy` and `onevent deployments …`

use clap::{Args, Subcommand};
use onevent_contract::IntegrationId;

use super::check::JudgingArgs;

/// `onevent deploy`.
#[derive(Debug, Args)]
pub(crate) struct DeployArgs {
    /// Why, for those who look at the list of deployments
    #[arg(long, short, value_name = "TEXT")]
    pub(crate) message: Option<String>,
    /// Only the functions of this integration; those of others stay as they are deployed
    #[arg(long, value_name = "NAME")]
    pub(crate) integration: Option<IntegrationId>,
    /// Load everything, say what would happen, and change nothing
    #[arg(long)]
    pub(crate) dry_run: bool,
    #[command(flatten)]
    pub(crate) judging: JudgingArgs,
}

/// What to do with deployments.
#[derive(Debug, Subcommand)]
pub(crate) enum DeploymentsCommand {
    /// List which deployments the environment ran, the newest first
    #[command(after_help = "Examples:\n  \
        onevent deployments list\n  \
        onevent deployments list -e prod --limit 5 --json")]
    List(DeploymentsListArgs),
    /// Show the functions of a deployment, each with its version
    #[command(after_help = "Examples:\n  \
        onevent deployments show\n  \
        onevent deployments show 0198c0de-0000-7000-8000-000000000001 --json")]
    Show(DeploymentsShowArgs),
    /// Show what is different between two deployments
    #[command(after_help = "Examples:\n  \
        onevent deployments diff 0198c0de-0000-7000-8000-000000000001   # up to the active one\n  \
        onevent deployments diff 0198c0de-0000-7000-8000-000000000001 0198c0df-0000-7000-8000-000000000002")]
    Diff(DeploymentsDiffArgs),
    /// Run an earlier deployment again
    #[command(after_help = "Examples:\n  \
        onevent deployments rollback\n  \
        onevent deployments rollback 0198c0de-0000-7000-8000-000000000001 --message 'setup fails for EU accounts'\n\n\
        Without an id it is the deployment that was active before. Runs that have begun finish on theirs.")]
    Rollback(DeploymentsRollbackArgs),
    /// Delete old deployments
    #[command(after_help = "Examples:\n  \
        onevent deployments prune --keep 10\n\n\
        The active one stays, and those whose code a waiting event needs.")]
    Prune(DeploymentsPruneArgs),
}

/// `onevent deployments list`.
#[derive(Debug, Args)]
pub(crate) struct DeploymentsListArgs {
    /// At most this many
    #[arg(long, value_name = "N", default_value_t = 20, value_parser = clap::value_parser!(u32).range(1..=1000))]
    pub(crate) limit: u32,
}

/// `onevent deployments show`.
#[derive(Debug, Args)]
pub(crate) struct DeploymentsShowArgs {
    /// The deployment's id [default: the active one]
    pub(crate) id: Option<String>,
}

/// `onevent deployments diff`.
#[derive(Debug, Args)]
pub(crate) struct DeploymentsDiffArgs {
    /// The deployment to start from
    pub(crate) from: String,
    /// The one that is compared with it [default: the active one]
    pub(crate) to: Option<String>,
}

/// `onevent deployments rollback`.
#[derive(Debug, Args)]
pub(crate) struct DeploymentsRollbackArgs {
    /// The deployment's id [default: the one that was active before]
    pub(crate) id: Option<String>,
    /// Why, for those who look at the list of deployments
    #[arg(long, short, value_name = "TEXT")]
    pub(crate) message: Option<String>,
}

/// `onevent deployments prune`.
#[derive(Debug, Args)]
pub(crate) struct DeploymentsPruneArgs {
    /// How many deployments stay: those that were active last
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
    pub(crate) keep: u32,
}
