//! `onevent connection …`

use clap::{Args, Subcommand};
use onevent_contract::{ConnectionId, IntegrationId};

/// What to do with a connection.
#[derive(Debug, Subcommand)]
pub(crate) enum ConnectionCommand {
    /// Create a connection: validate it, then set it up
    #[command(after_help = "Examples:\n  \
        onevent connection create salesforce acme --credentials @credentials.json\n  \
        secret-tool lookup account acme | onevent connection create salesforce acme --credentials @-\n  \
        onevent connection create salesforce acme --credentials @c.json \\\n      \
        --connection-config instance_url=https://acme.my.salesforce.com\n\n\
        Credentials are a JSON object like {\"type\": \"OAUTH2\", \"access_token\": \"…\"}.\n\
        Not accepted: nothing is kept. A setup function that failed is a warning.")]
    Create(CreateArgs),
    /// Give a connection new credentials, and validate it again
    #[command(after_help = "Examples:\n  \
        onevent connection reconnect salesforce acme --credentials @credentials.json\n\n\
        Not accepted: the connection stays, marked as an auth error, until it is reconnected.\n\
        Metadata survives.")]
    Reconnect(ReconnectArgs),
    /// Clean up at the provider, then delete a connection
    #[command(after_help = "Examples:\n  onevent connection delete salesforce acme\n\n\
        A cleanup function that failed is a warning; the connection is deleted all the same.")]
    Delete(DeleteArgs),
    /// Show a connection
    #[command(after_help = "Examples:\n  \
        onevent connection get salesforce acme\n  \
        onevent connection get salesforce acme --show-credentials --json")]
    Get(GetArgs),
    /// List connections
    #[command(
        after_help = "Examples:\n  onevent connection list\n  onevent connection list salesforce --json"
    )]
    List(ListArgs),
    /// Read and write a connection's metadata
    #[command(subcommand)]
    Metadata(MetadataCommand),
}

/// Which connection.
#[derive(Debug, Args)]
pub(crate) struct Target {
    /// The integration: its folder's name
    pub(crate) integration: IntegrationId,
    /// The connection's id
    pub(crate) connection_id: ConnectionId,
}

/// The credentials and settings of a connection.
#[derive(Debug, Args)]
pub(crate) struct AccountArgs {
    /// A JSON file with the credentials, or @- for standard input
    ///
    /// Only a provider without authentication needs none.
    #[arg(long, value_name = "@FILE|@-")]
    pub(crate) credentials: Option<String>,
    /// One entry of the connection's configuration. Repeatable
    #[arg(long, value_name = "KEY=VALUE")]
    pub(crate) connection_config: Vec<String>,
}

/// `onevent connection create`.
#[derive(Debug, Args)]
pub(crate) struct CreateArgs {
    #[command(flatten)]
    pub(crate) target: Target,
    #[command(flatten)]
    pub(crate) account: AccountArgs,
    /// Metadata that the connection starts with
    #[arg(long, value_name = "JSON|@FILE")]
    pub(crate) metadata: Option<String>,
    /// Exit 1 when a setup function fails or a function did not wait for its calls; the connection is created all the same
    #[arg(long)]
    pub(crate) strict: bool,
}

/// `onevent connection reconnect`.
#[derive(Debug, Args)]
pub(crate) struct ReconnectArgs {
    #[command(flatten)]
    pub(crate) target: Target,
    #[command(flatten)]
    pub(crate) account: AccountArgs,
    /// Exit 1 when a function did not wait for its calls; the connection is reconnected all the same
    #[arg(long)]
    pub(crate) strict: bool,
}

/// `onevent connection delete`.
#[derive(Debug, Args)]
pub(crate) struct DeleteArgs {
    #[command(flatten)]
    pub(crate) target: Target,
    /// Exit 1 when a cleanup function fails or did not wait for its calls; the connection is deleted all the same
    #[arg(long)]
    pub(crate) strict: bool,
}

/// `onevent connection get`.
#[derive(Debug, Args)]
pub(crate) struct GetArgs {
    #[command(flatten)]
    pub(crate) target: Target,
    /// Show the credentials in clear
    #[arg(long)]
    pub(crate) show_credentials: bool,
}

/// `onevent connection list`.
#[derive(Debug, Args)]
pub(crate) struct ListArgs {
    /// Only the connections of this integration
    pub(crate) integration: Option<IntegrationId>,
}

/// What to do with metadata.
#[derive(Debug, Subcommand)]
pub(crate) enum MetadataCommand {
    /// Show the metadata
    #[command(after_help = "Examples:\n  onevent connection metadata get salesforce acme")]
    Get(MetadataTarget),
    /// Replace the whole metadata
    #[command(after_help = "Examples:\n  \
        onevent connection metadata set salesforce acme '{\"organizationId\": \"00D1\"}'\n  \
        onevent connection metadata set salesforce acme @metadata.json")]
    Set(MetadataWriteArgs),
    /// Merge top-level keys into the metadata
    #[command(
        after_help = "Examples:\n  onevent connection metadata update salesforce acme '{\"webhookId\": \"wh_1\"}'"
    )]
    Update(MetadataWriteArgs),
}

/// `onevent connection metadata get`.
#[derive(Debug, Args)]
pub(crate) struct MetadataTarget {
    #[command(flatten)]
    pub(crate) target: Target,
}

/// `onevent connection metadata set` and `update`.
#[derive(Debug, Args)]
pub(crate) struct MetadataWriteArgs {
    #[command(flatten)]
    pub(crate) target: Target,
    /// A JSON object, or @FILE (@- for standard input)
    #[arg(value_name = "JSON|@FILE")]
    pub(crate) metadata: String,
}
