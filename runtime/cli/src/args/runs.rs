//! `onevent dryrun` and `onevent runs …`

use clap::{Args, Subcommand};
use onevent_contract::{ConnectionId, IntegrationId, Validation};

/// `onevent dryrun`.
#[derive(Debug, Args)]
pub(crate) struct DryrunArgs {
    /// The function: its file's name, or <integration>/<name>; actions/<name> and on-events/<name> tell two apart
    pub(crate) function: String,
    /// The connection's id
    pub(crate) connection_id: ConnectionId,
    /// The integration, where several have a function of this name
    #[arg(long, value_name = "NAME")]
    pub(crate) integration_id: Option<IntegrationId>,
    /// A JSON file with the connection, instead of a stored one (@- for standard input)
    #[arg(long, value_name = "@FILE")]
    pub(crate) connection: Option<String>,
    /// Run against Nango's API, also where a connection of this id is stored here
    #[arg(long, conflicts_with_all = ["connection", "replay"])]
    pub(crate) remote: bool,
    /// Metadata for this run, instead of the connection's own
    #[arg(short, long, value_name = "JSON|@FILE")]
    pub(crate) metadata: Option<String>,
    /// What the action is called with
    #[arg(short, long, value_name = "JSON|@FILE")]
    pub(crate) input: Option<String>,
    /// Make metadata, input and output that violate the function's schemas an error (exit 5)
    #[arg(long, alias = "validation")]
    pub(crate) validate: bool,
    /// Record the run into <integration>/tests/<function>.test.json
    #[arg(long, alias = "save-responses")]
    pub(crate) save: bool,
    /// Answer from that file instead: no network, no database
    #[arg(long, conflicts_with_all = ["save", "connection", "metadata", "read_only", "allow_writes"])]
    pub(crate) replay: bool,
    /// Refuse every request but GET and HEAD with an error that shows what would have been sent
    #[arg(long, conflicts_with = "allow_writes")]
    pub(crate) read_only: bool,
    /// Store what the run writes into the connection's metadata; against Nango, also trigger its deployed actions
    #[arg(long, conflicts_with_all = ["connection", "metadata"])]
    pub(crate) allow_writes: bool,
}

impl DryrunArgs {
    /// Whether violations of the function's schemas are errors.
    pub(crate) fn validation(&self) -> Validation {
        if self.validate { Validation::Enforce } else { Validation::Warn }
    }
}

/// What to do with kept runs.
#[derive(Debug, Subcommand)]
pub(crate) enum RunsCommand {
    /// List runs, the newest first
    #[command(after_help = "Examples:\n  \
        onevent runs list\n  \
        onevent runs list --connection acme --outcome failed --json")]
    List(RunsListArgs),
    /// Show one run's report
    #[command(after_help = "Examples:\n  onevent runs show 0198c0de-0000-7000-8000-000000000001")]
    Show(RunsShowArgs),
}

/// `onevent runs list`.
#[derive(Debug, Args)]
pub(crate) struct RunsListArgs {
    /// Only runs of this connection
    #[arg(long, value_name = "ID")]
    pub(crate) connection: Option<ConnectionId>,
    /// Only runs of this function: a name, or <integration>/<name>
    #[arg(long, value_name = "NAME")]
    pub(crate) function: Option<String>,
    /// Only runs that ended like this: succeeded, rejected, failed, stopped or unknown
    #[arg(long, value_name = "OUTCOME")]
    pub(crate) outcome: Option<String>,
    /// At most this many
    #[arg(long, value_name = "N", default_value_t = 50, value_parser = clap::value_parser!(u32).range(1..=1000))]
    pub(crate) limit: u32,
}

/// `onevent runs show`.
#[derive(Debug, Args)]
pub(crate) struct RunsShowArgs {
    /// The run's id
    pub(crate) run_id: String,
}
