//! What a command works on, as far as that is known before anything is looked for.

use super::{Command, ConnectionCommand};

/// What of a project a command works on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Needs {
    /// Its functions.
    Project,
    /// The database that lies in its folder, or is named. There must be one, so that a command in the wrong folder says so.
    Database,
    /// The same, where nothing is there yet is an answer, too.
    DatabaseIfAny,
    /// Nothing.
    Nothing,
}

impl Command {
    /// What the command works on, on this machine.
    pub(crate) fn needs(&self) -> Needs {
        match self {
            Self::Functions(_)
            | Self::Check(_)
            | Self::Dryrun(_)
            | Self::Test(_)
            | Self::Deploy(_)
            | Self::Config(_) => Needs::Project,
            Self::Connection(command) => match command {
                ConnectionCommand::Create(_)
                | ConnectionCommand::Reconnect(_)
                | ConnectionCommand::Delete(_) => Needs::Project,
                ConnectionCommand::Get(_) | ConnectionCommand::List(_) | ConnectionCommand::Metadata(_) => {
                    Needs::Database
                }
            },
            Self::Events(_) | Self::Runs(_) | Self::Webhooks(_) => Needs::Database,
            Self::Standalone(_) => Needs::Nothing,
            // What is deployed needs no folder but the one that the database lies in.
            Self::Serve(_) | Self::Keys(_) | Self::Deployments(_) | Self::Doctor => Needs::DatabaseIfAny,
        }
    }

    /// Whether a server can do it instead, with nothing on this machine. A deployment needs the project that is deployed; a
    /// dry run is one of this machine: the function runs here.
    pub(crate) fn is_for_a_server(&self) -> bool {
        match self {
            Self::Connection(_)
            | Self::Events(_)
            | Self::Runs(_)
            | Self::Webhooks(_)
            | Self::Deployments(_) => true,
            Self::Standalone(_)
            | Self::Deploy(_)
            | Self::Functions(_)
            | Self::Check(_)
            | Self::Dryrun(_)
            | Self::Test(_)
            | Self::Serve(_)
            | Self::Keys(_)
            | Self::Doctor
            | Self::Config(_) => false,
        }
    }
}
