//! `onevent serve`, `onevent keys …` and `onevent webhooks …`

use std::net::SocketAddr;
use std::path::PathBuf;

use clap::{Args, Subcommand, ValueEnum};
use onevent_app::Flags;
use onevent_contract::ScopePattern;

use super::global::GlobalArgs;

/// `onevent serve`.
#[derive(Debug, Args)]
pub(crate) struct ServeArgs {
    /// Where to listen; port 0 takes a free one
    #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1:3003")]
    pub(crate) listen: SocketAddr,
    /// What this node does, where several share a database
    #[arg(long, value_enum, value_name = "ROLE", default_value_t = Role::All)]
    pub(crate) role: Role,
    /// Run what was deployed, although this is a project's folder
    #[arg(long, conflicts_with = "watch")]
    pub(crate) deployed: bool,
    /// Load the project's functions again when its files change
    #[arg(long)]
    pub(crate) watch: bool,
    /// Stand in front of this Nango: what onevent does not do itself goes there [env: ONEVENT_NANGO_UPSTREAM]
    #[arg(long, value_name = "URL")]
    pub(crate) nango: Option<String>,
    /// The server's certificate and those above it, PEM
    #[arg(long, value_name = "FILE", requires = "tls_key")]
    pub(crate) tls_cert: Option<PathBuf>,
    /// The certificate's private key, PEM
    #[arg(long, value_name = "FILE", requires = "tls_cert")]
    pub(crate) tls_key: Option<PathBuf>,
    /// Tell Prometheus how it goes, at http://ADDRESS/metrics, without a key
    #[arg(long, value_name = "ADDRESS")]
    pub(crate) metrics: Option<SocketAddr>,
    /// How the log on standard error is written
    #[arg(long, value_enum, value_name = "FORM", default_value_t = LogFormat::Pretty)]
    pub(crate) log: LogFormat,
    /// What the log tells: error, warn, info, debug, trace
    #[arg(long, value_name = "LEVEL", default_value = "info")]
    pub(crate) log_level: LogLevel,
}

impl ServeArgs {
    /// What these flags and the general ones say about settings.
    pub(crate) fn flags(&self, global: &GlobalArgs) -> Flags {
        let mut flags = global.flags();
        flags.own.extend(self.nango.clone().map(|url| ("--nango", url)));
        flags
    }
}

/// What a node does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Role {
    /// It answers, and works on the queue.
    All,
    /// It answers; others work on the queue.
    Api,
    /// It works on the queue, and answers only how it is.
    Worker,
}

/// How the log is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum LogFormat {
    /// For people.
    Pretty,
    /// One JSON object a line.
    Json,
}

/// What the log tells.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum LogLevel {
    /// What went wrong.
    Error,
    /// And what may go wrong.
    Warn,
    /// And what happens.
    Info,
    /// And how.
    Debug,
    /// Everything.
    Trace,
}

/// What to do with secret keys.
#[derive(Debug, Subcommand)]
pub(crate) enum KeysCommand {
    /// Make a secret key for the environment; it is shown this once
    #[command(after_help = "Examples:\n  \
        onevent keys create -e prod --name backend\n  \
        onevent keys create --scope environment:connections:read --scope 'environment:proxy'\n\n\
        Scopes are Nango's; a `*` at the end stands for all below. Without --scope a key may do everything.")]
    Create(KeysCreateArgs),
    /// List the keys, without their secrets
    #[command(after_help = "Examples:\n  onevent keys list\n  onevent keys list -e prod --json")]
    List,
    /// Take a key's rights away, at once and for good
    #[command(after_help = "Examples:\n  onevent keys revoke 0199d3c2-7f3a-7c11-b0b5-3f3f5a1d2e4b")]
    Revoke(KeysRevokeArgs),
    /// Replace the key that stored secrets are encrypted with, while servers go on
    #[command(after_help = "Examples:\n  \
        onevent keys rotate-encryption\n  \
        ONEVENT_NEXT_ENCRYPTION_KEY=$(openssl rand -base64 32) onevent keys rotate-encryption --json\n\n\
        With a key file beside a SQLite database nothing else is needed. With ONEVENT_ENCRYPTION_KEY, start every\n\
        process with the new key afterwards, and run this once more with it: then the old key opens nothing any more.\n\
        What was interrupted is finished by running it again.")]
    RotateEncryption,
    /// Show the key that webhooks to your app are signed with
    #[command(after_help = "Examples:\n  onevent keys signing -e prod")]
    Signing,
}

/// `onevent keys create`.
#[derive(Debug, Args)]
pub(crate) struct KeysCreateArgs {
    /// What the key is for
    #[arg(long, value_name = "TEXT", default_value = "")]
    pub(crate) name: String,
    /// What the key may do; repeatable
    #[arg(long = "scope", value_name = "SCOPE")]
    pub(crate) scopes: Vec<ScopePattern>,
}

/// `onevent keys revoke`.
#[derive(Debug, Args)]
pub(crate) struct KeysRevokeArgs {
    /// The key's id, as `keys list` shows it
    pub(crate) id: String,
}

/// What to do with webhooks.
#[derive(Debug, Subcommand)]
pub(crate) enum WebhooksCommand {
    /// List what your app was told, the newest first
    #[command(
        after_help = "Examples:\n  onevent webhooks list\n  onevent webhooks list --state failed --json"
    )]
    List(WebhooksListArgs),
    /// Show one with its attempts
    #[command(after_help = "Examples:\n  onevent webhooks show 0199d3c2-7f3a-7c11-b0b5-3f3f5a1d2e4b")]
    Show(WebhooksOneArgs),
    /// Send one again
    #[command(after_help = "Examples:\n  onevent webhooks resend 0199d3c2-7f3a-7c11-b0b5-3f3f5a1d2e4b\n\n\
        It is delivered by a server: onevent serve.")]
    Resend(WebhooksOneArgs),
}

/// `onevent webhooks list`.
#[derive(Debug, Args)]
pub(crate) struct WebhooksListArgs {
    /// Only those in this state: waiting, done, failed or skipped
    #[arg(long, value_name = "STATE")]
    pub(crate) state: Option<String>,
    /// At most this many
    #[arg(long, value_name = "N", default_value_t = 50, value_parser = clap::value_parser!(u32).range(1..=1000))]
    pub(crate) limit: u32,
}

/// `onevent webhooks show` and `resend`.
#[derive(Debug, Args)]
pub(crate) struct WebhooksOneArgs {
    /// The webhook's id
    pub(crate) id: String,
}
