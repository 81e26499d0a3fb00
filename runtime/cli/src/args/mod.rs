//! The command line.

mod case_name;
mod check;
mod connection;
mod deployments;
mod events;
mod global;
mod init;
mod mock_provider;
pub(crate) mod needs;
mod runs;
mod serve;
mod standalone;
mod test;
mod version;

use clap::{Args, Parser, Subcommand};

pub(crate) use self::case_name::FixtureCase;
pub(crate) use self::check::{CheckArgs, JudgingArgs, WantedTypes};
pub(crate) use self::connection::{
    AccountArgs, ConnectionCommand, CreateArgs, DeleteArgs, GetArgs, ListArgs, MetadataCommand,
    MetadataTarget, MetadataWriteArgs, ReconnectArgs, Target,
};
pub(crate) use self::deployments::{
    DeployArgs, DeploymentsCommand, DeploymentsDiffArgs, DeploymentsListArgs, DeploymentsPruneArgs,
    DeploymentsRollbackArgs, DeploymentsShowArgs,
};
pub(crate) use self::events::{
    EventsAuditArgs, EventsCommand, EventsFilterArgs, EventsListArgs, EventsOneArgs, EventsReplayArgs,
    EventsSkipArgs, EventsTargetArgs,
};
pub(crate) use self::global::GlobalArgs;
pub(crate) use self::init::{InitArgs, NewIntegration, TypesArgs};
pub(crate) use self::mock_provider::{MOCK_ADDRESS, MockProviderArgs};
pub(crate) use self::runs::{DryrunArgs, RunsCommand, RunsListArgs, RunsShowArgs};
pub(crate) use self::serve::{
    KeysCommand, KeysCreateArgs, KeysRevokeArgs, LogFormat, LogLevel, Role, ServeArgs, WebhooksCommand,
    WebhooksListArgs, WebhooksOneArgs,
};
pub(crate) use self::standalone::{CompletionsArgs, ManArgs, StandaloneCommand};
pub(crate) use self::test::TestArgs;
use crate::exit::ExitCode;

/// Runs Nango-style event functions on this machine.
#[derive(Debug, Parser)]
#[command(
    name = "onevent",
    version,
    long_version = version::long(),
    propagate_version = true,
    subcommand_required = true,
    arg_required_else_help = true,
    after_help = after_help()
)]
pub(crate) struct Cli {
    #[command(flatten)]
    pub(crate) global: GlobalArgs,
    #[command(subcommand)]
    pub(crate) command: Command,
}

fn after_help() -> String {
    format!(
        "Examples:\n  \
         onevent init acme\n  \
         onevent functions\n  \
         onevent check\n  \
         onevent connection create salesforce acme --credentials @credentials.json\n  \
         onevent dryrun validate-connection acme\n  \
         onevent runs list --connection acme --json\n\n\
         {}\n\
         Settings come from flags, then ONEVENT_… variables, then onevent.toml; `onevent config` shows them.",
        ExitCode::help()
    )
}

/// What to do.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    #[command(flatten)]
    Standalone(StandaloneCommand),
    /// List the project's functions, the broken ones with their errors
    #[command(
        after_help = "Examples:\n  onevent functions\n  onevent functions --lenient   # exit 0 although one is broken"
    )]
    Functions(FunctionsArgs),
    /// Look for what to mend: functions that do not load, types, calls that nobody awaits, what Nango would not take
    #[command(after_help = "Examples:\n  \
        onevent check\n  \
        onevent check salesforce/validate-connection hubspot\n  \
        onevent check --types --deny warnings --sarif results.sarif\n  \
        onevent check --allow nango   # it runs on onevent alone\n\n\
        Types are checked by TypeScript 7 from the project's node_modules, where it is there.\n\
        Exit 10 when there is an error. A comment on the line, or on the line above it, silences one code:\n  \
        // onevent-ignore call_not_awaited: why")]
    Check(CheckArgs),
    /// Create, reconnect, delete and read connections
    #[command(subcommand)]
    Connection(ConnectionCommand),
    /// Run one function with real requests, and keep nothing
    #[command(after_help = "Examples:\n  \
        onevent dryrun validate-connection acme\n  \
        onevent dryrun salesforce/post-connection-setup acme --metadata '{\"organizationId\": \"00D1\"}'\n  \
        onevent dryrun create-contact acme --input '{\"email\": \"ada@example.com\"}'\n  \
        onevent dryrun validate-connection acme --connection @connection.json --validate\n  \
        onevent dryrun validate-connection acme --metadata '{}' --save=no-metadata\n  \
        NANGO_SECRET_KEY_PROD=… onevent dryrun validate-connection acme -e prod --remote --read-only\n  \
        ONEVENT_SECRET_KEY=… onevent dryrun validate-connection acme --server https://onevent.example.com\n\n\
        A connection that is not stored here is Nango's, where NANGO_SECRET_KEY_<ENVIRONMENT> is set, in the\n\
        environment or the project's .env. NANGO_HOSTPORT is the URL of its API [default: https://api.nango.dev].\n\n\
        The file of --connection is JSON: {\"credentials\": {…}, \"connection_config\": {…}, \"metadata\": {…}}.\n\
        A connection as Nango's API returns it is read as it is.")]
    Dryrun(DryrunArgs),
    /// Run every function that has a fixture, offline, and compare with what was recorded
    #[command(after_help = "Examples:\n  \
        onevent test\n  \
        onevent test --integration salesforce --filter validate\n  \
        onevent test --junit results.xml --json\n\n\
        A fixture is <integration>/tests/<function>.test.json; onevent dryrun … --save records one.")]
    Test(TestArgs),
    /// Run the functions by themselves: serve Nango's HTTP API, and work on the queue
    #[command(after_help = "Examples:\n  \
        onevent serve\n  \
        onevent serve --watch\n  \
        NANGO_SECRET_KEY_PROD=… onevent serve -e prod --nango http://nango:3003\n  \
        onevent serve --role worker --database postgres://onevent@db.internal/onevent\n  \
        onevent serve --listen 0.0.0.0:3003 --tls-cert server.pem --tls-key server.key --log json\n\n\
        On an empty database a secret key is made and shown once. SIGTERM ends the server gracefully, SIGHUP reads\n\
        limits, egress, providers, integrations and variables again.")]
    Serve(ServeArgs),
    /// Make, list and revoke the secret keys of the server
    #[command(subcommand)]
    Keys(KeysCommand),
    /// Make the project's functions what an environment runs
    #[command(after_help = "Examples:\n  \
        onevent deploy -e prod --message 'check the region'\n  \
        onevent deploy --integration salesforce\n  \
        onevent deploy --dry-run --json\n  \
        ONEVENT_SECRET_KEY=… onevent deploy --server https://onevent.example.com\n\n\
        A function that does not load is an error, and nothing is changed. What is deployed is what `onevent serve` runs\n\
        without a project's folder.")]
    Deploy(DeployArgs),
    /// List, show and compare deployments, and go back to an earlier one
    #[command(subcommand)]
    Deployments(DeploymentsCommand),
    /// List, show and send again what your app was told
    #[command(subcommand)]
    Webhooks(WebhooksCommand),
    /// List and show events of the queue, and decide about dead letters
    #[command(subcommand)]
    Events(EventsCommand),
    /// List and show kept runs
    #[command(subcommand)]
    Runs(RunsCommand),
    /// Say what keeps functions in child processes from everything else on this machine
    #[command(
        after_help = "Examples:\n  onevent doctor\n  onevent doctor --set isolation_require=full --json\n\n\
        With isolation = \"process\" each run is in a child process. A child is started and asked which layers hold here, and what no\n\
        child may do is tried, with and without them."
    )]
    Doctor,
    /// Print the settings that have a value, each with where it comes from
    #[command(
        after_help = "Examples:\n  onevent config\n  onevent config --all\n  onevent config --set limits.wall=10s --json"
    )]
    Config(ConfigArgs),
}

/// `onevent config`.
#[derive(Debug, Args)]
pub(crate) struct ConfigArgs {
    /// Also the settings that have no value
    #[arg(long)]
    pub(crate) all: bool,
}

/// `onevent functions`.
#[derive(Debug, Args)]
pub(crate) struct FunctionsArgs {
    /// Exit 0 although a function is broken
    #[arg(long)]
    pub(crate) lenient: bool,
    /// What happens without a flag: exit 10 when a function is broken
    #[arg(long, hide = true, conflicts_with = "lenient")]
    pub(crate) strict: bool,
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;

    #[test]
    fn the_command_line_is_consistent() {
        Cli::command().debug_assert();
    }

    #[test]
    fn every_command_that_does_something_has_examples() {
        fn check(command: &clap::Command) {
            if command.has_subcommands() {
                command.get_subcommands().for_each(check);
            } else {
                let help = command.get_after_help().map(ToString::to_string).unwrap_or_default();
                assert!(help.contains("Examples:"), "{} has no examples", command.get_name());
            }
        }
        check(&Cli::command());
    }
}
