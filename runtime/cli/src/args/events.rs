//! `onevent events …`

use clap::{Args, Subcommand, ValueEnum};
use onevent_contract::{ConnectionId, FunctionName, IntegrationId};
use onevent_lifecycle::ReplayOn;

/// What to do with events.
#[derive(Debug, Subcommand)]
pub(crate) enum EventsCommand {
    /// List events, the newest first
    #[command(after_help = "Examples:\n  \
        onevent events list --state dead\n  \
        onevent events list --kind setup --connection acme --json\n\n\
        A dead letter is an event in state `dead`: a setup or a cleanup that failed for good.")]
    List(EventsListArgs),
    /// Show one with the report of every attempt, and with what was decided about it
    #[command(after_help = "Examples:\n  onevent events show 0199d3c2-7f3a-7c11-b0b5-3f3f5a1d2e4b")]
    Show(EventsOneArgs),
    /// Put dead letters back into the queue, once what was wrong is mended
    #[command(after_help = "Examples:\n  \
        onevent events replay 0199d3c2-7f3a-7c11-b0b5-3f3f5a1d2e4b\n  \
        onevent events replay 0199d3c2-7f3a-7c11-b0b5-3f3f5a1d2e4b --on original\n  \
        onevent events replay --all-dead --function post-connection-setup\n  \
        onevent events replay --all-dead --run\n\n\
        A server runs them: onevent serve. With --run, this command does, and whatever else is due.")]
    Replay(EventsReplayArgs),
    /// Decide that events will not be done; their connections go on without
    #[command(after_help = "Examples:\n  \
        onevent events skip 0199d3c2-7f3a-7c11-b0b5-3f3f5a1d2e4b\n  \
        onevent events skip --all-dead --kind cleanup --integration salesforce")]
    Skip(EventsSkipArgs),
    /// List what was decided about events, and who did
    #[command(
        after_help = "Examples:\n  onevent events audit\n  onevent events audit --event 0199d3c2-7f3a-7c11-b0b5-3f3f5a1d2e4b"
    )]
    Audit(EventsAuditArgs),
}

/// Which events.
#[derive(Debug, Args)]
pub(crate) struct EventsFilterArgs {
    /// Only of this kind: setup, cleanup, action or webhook
    #[arg(long, value_name = "KIND")]
    pub(crate) kind: Option<String>,
    /// Only of this function
    #[arg(long, value_name = "NAME")]
    pub(crate) function: Option<FunctionName>,
    /// Only of this integration
    #[arg(long, value_name = "NAME")]
    pub(crate) integration: Option<IntegrationId>,
    /// Only of the connections with this id
    #[arg(long, value_name = "ID")]
    pub(crate) connection: Option<ConnectionId>,
    /// At most this many
    #[arg(long, value_name = "N", default_value_t = 50, value_parser = clap::value_parser!(u32).range(1..=1000))]
    pub(crate) limit: u32,
}

/// `onevent events list`.
#[derive(Debug, Args)]
pub(crate) struct EventsListArgs {
    /// Only those in this state: waiting, done, failed, dead or skipped
    #[arg(long, value_name = "STATE")]
    pub(crate) state: Option<String>,
    #[command(flatten)]
    pub(crate) filter: EventsFilterArgs,
}

/// `onevent events show`.
#[derive(Debug, Args)]
pub(crate) struct EventsOneArgs {
    /// The event's id
    pub(crate) id: String,
}

/// The events that something is decided about: one by its id, or dead letters.
#[derive(Debug, Args)]
pub(crate) struct EventsTargetArgs {
    /// The event's id
    #[arg(required_unless_present = "all_dead")]
    pub(crate) id: Option<String>,
    /// All dead letters that the filters name
    #[arg(long, conflicts_with = "id")]
    pub(crate) all_dead: bool,
    #[command(flatten)]
    pub(crate) filter: EventsFilterArgs,
}

/// `onevent events replay`.
#[derive(Debug, Args)]
pub(crate) struct EventsReplayArgs {
    #[command(flatten)]
    pub(crate) target: EventsTargetArgs,
    /// Whose code is to run
    #[arg(long, value_enum, value_name = "WHICH", default_value_t = OnArg::Current)]
    pub(crate) on: OnArg,
    /// Do it here and now, instead of leaving it to a server
    #[arg(long)]
    pub(crate) run: bool,
}

/// Whose code a replayed event runs on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum OnArg {
    /// What the environment runs now
    Current,
    /// The deployment on which it failed
    Original,
}

impl From<OnArg> for ReplayOn {
    fn from(on: OnArg) -> Self {
        match on {
            OnArg::Current => Self::Current,
            OnArg::Original => Self::Original,
        }
    }
}

/// `onevent events skip`.
#[derive(Debug, Args)]
pub(crate) struct EventsSkipArgs {
    #[command(flatten)]
    pub(crate) target: EventsTargetArgs,
}

/// `onevent events audit`.
#[derive(Debug, Args)]
pub(crate) struct EventsAuditArgs {
    /// Only of this event
    #[arg(long, value_name = "ID")]
    pub(crate) event: Option<String>,
    /// At most this many
    #[arg(long, value_name = "N", default_value_t = 50, value_parser = clap::value_parser!(u32).range(1..=1000))]
    pub(crate) limit: u32,
}
