//! `onevent dryrun` and `onevent runs …`

use clap::{Args, Subcommand};
use onevent_contract::{ConnectionId, IntegrationId, Validation};
use onevent_engine::DebugStart;

use super::case_name::{CaseName, FixtureCase};
use crate::inspect::InspectorAddress;

/// `onevent dryrun`.
#[derive(Debug, Args)]
pub(crate) struct DryrunArgs {
    /// The function: its file's name, or <integration>/<name>; actions/<name> and on-events/<name> tell two apart
    pub(crate) function: String,
    /// The connection's id
    pub(crate) connection_id: ConnectionId,
    /// The name for --save or --replay, behind a space instead of `=`: as a value of the option it would swallow the
    /// function's name in `--save FUNCTION CONNECTION`.
    #[arg(hide = true, value_name = "NAME", requires = "fixture")]
    case: Option<CaseName>,
    /// The integration, where several have a function of this name
    #[arg(long, value_name = "NAME")]
    pub(crate) integration_id: Option<IntegrationId>,
    /// A JSON file with the connection, instead of a stored one (@- for standard input)
    #[arg(long, value_name = "@FILE")]
    pub(crate) connection: Option<String>,
    /// Run against Nango's API, also where a connection of this id is stored here
    #[arg(long, conflicts_with_all = ["connection", "replay", "server"])]
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
    /// Record the run into <integration>/tests/<function>.test.json, or <function>.NAME.test.json
    #[arg(long, alias = "save-responses", value_name = "NAME", require_equals = true, group = "fixture")]
    save: Option<Option<CaseName>>,
    /// Let --save replace another recording
    #[arg(long, requires = "save")]
    pub(crate) force: bool,
    /// Answer from that file instead: no network, no database
    #[arg(
        long,
        value_name = "NAME",
        require_equals = true,
        group = "fixture",
        conflicts_with_all = ["save", "connection", "metadata", "read_only", "allow_writes"],
    )]
    replay: Option<Option<CaseName>>,
    /// Refuse every request but GET and HEAD with an error that shows what would have been sent
    #[arg(long, conflicts_with = "allow_writes")]
    pub(crate) read_only: bool,
    /// Store what the run writes into the connection's metadata; against Nango or a server, also trigger its deployed actions
    #[arg(long, conflicts_with_all = ["connection", "metadata"])]
    pub(crate) allow_writes: bool,
    /// Show where the time of the run went
    #[arg(long)]
    pub(crate) timings: bool,
    /// Listen for a debugger (DevTools protocol) on loopback: Chrome, VS Code and `node inspect` find it [default: 127.0.0.1:9229]
    #[arg(
        long,
        value_name = "ADDRESS",
        num_args = 0..=1,
        require_equals = true,
        default_missing_value = "9229",
        conflicts_with = "inspect_brk",
    )]
    inspect: Option<InspectorAddress>,
    /// The same, and wait for the debugger before the function's first line. The run's limits stand still while it holds the run
    #[arg(long, value_name = "ADDRESS", num_args = 0..=1, require_equals = true, default_missing_value = "9229")]
    inspect_brk: Option<InspectorAddress>,
}

impl DryrunArgs {
    /// Whether violations of the function's schemas are errors.
    pub(crate) fn validation(&self) -> Validation {
        if self.validate { Validation::Enforce } else { Validation::Warn }
    }

    /// Where a debugger is listened for, and what waits for it.
    pub(crate) fn debugger(&self) -> Option<(InspectorAddress, DebugStart)> {
        let goes_on = self.inspect.map(|address| (address, DebugStart::GoesOn));
        goes_on.or_else(|| Some((self.inspect_brk?, DebugStart::Breaks)))
    }

    /// The fixture that the run is recorded into.
    pub(crate) fn save(&self) -> Option<FixtureCase<'_>> {
        self.fixture_case(self.save.as_ref())
    }

    /// The fixture that answers.
    pub(crate) fn replay(&self) -> Option<FixtureCase<'_>> {
        self.fixture_case(self.replay.as_ref())
    }

    fn fixture_case<'a>(&'a self, option: Option<&'a Option<CaseName>>) -> Option<FixtureCase<'a>> {
        Some(option?.as_ref().or(self.case.as_ref()).into())
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
