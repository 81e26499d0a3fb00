//! The flags that every command has.

use std::path::PathBuf;

use clap::Args;
use onevent_app::Flags;

/// Flags that every command has.
#[derive(Debug, Args)]
#[command(next_help_heading = "Global options")]
pub(crate) struct GlobalArgs {
    /// Print one JSON document, errors included
    #[arg(long, global = true)]
    pub(crate) json: bool,
    /// Show the requests of functions and their answers on standard error, with headers and bodies; secrets are hidden
    #[arg(short, long, global = true, conflicts_with = "quiet")]
    pub(crate) verbose: bool,
    /// Print results and errors, and nothing else
    #[arg(short, long, global = true)]
    pub(crate) quiet: bool,
    /// The environment whose connections are used [default: dev] [env: ONEVENT_ENVIRONMENT]
    #[arg(short, long, global = true, value_name = "NAME")]
    pub(crate) environment: Option<String>,
    /// The project's folder [default: here, or the nearest parent with an index.ts]
    #[arg(long, global = true, value_name = "DIR")]
    pub(crate) project: Option<PathBuf>,
    /// The main database [default: .onevent/onevent.sqlite3 in the project] [env: ONEVENT_DATABASE_URL]
    #[arg(long, global = true, value_name = "URL")]
    pub(crate) database: Option<String>,
    /// A running server to work on, instead of the local database [env: ONEVENT_SERVER_URL]
    #[arg(long, global = true, value_name = "URL")]
    pub(crate) server: Option<String>,
    /// A YAML file with more provider templates [env: ONEVENT_PROVIDERS]
    #[arg(long, global = true, value_name = "FILE")]
    pub(crate) providers: Option<String>,
    /// Where functions run: thread, or process, a child process for each run [default: thread] [env: ONEVENT_ISOLATION]
    #[arg(long, global = true, value_name = "WHERE")]
    pub(crate) isolation: Option<String>,
    /// Set a setting, as in onevent.toml: limits.wall=10s. Repeatable
    #[arg(long, global = true, value_name = "KEY=VALUE")]
    pub(crate) set: Vec<String>,
}

impl GlobalArgs {
    /// What these flags say about settings.
    pub(crate) fn flags(&self) -> Flags {
        let own = [
            ("--environment", &self.environment),
            ("--database", &self.database),
            ("--providers", &self.providers),
            ("--server", &self.server),
            ("--isolation", &self.isolation),
        ];
        Flags {
            set: self.set.clone(),
            own: own.into_iter().filter_map(|(flag, value)| Some((flag, value.clone()?))).collect(),
        }
    }
}
