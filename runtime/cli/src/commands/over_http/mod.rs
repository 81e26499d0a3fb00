//! The commands that work on a running server instead of the local database.

mod connection;
mod metadata;
mod runs;
mod webhooks;

use crate::args::{Command, ConnectionCommand, MetadataCommand, RunsCommand, WebhooksCommand};
use crate::failure::Failure;
use crate::output::Reply;
use crate::server_api::ServerApi;
use crate::session::Session;

/// Runs a command on the server; `None` where it is one of this machine.
pub(crate) async fn run(
    session: &Session,
    server: &ServerApi,
    command: &Command,
) -> Option<Result<Reply, Failure>> {
    Some(match command {
        Command::Connection(ConnectionCommand::Create(args)) => {
            connection::create(session, server, args).await
        }
        Command::Connection(ConnectionCommand::Reconnect(args)) => {
            connection::reconnect(session, server, args).await
        }
        Command::Connection(ConnectionCommand::Delete(args)) => {
            connection::delete(session, server, args).await
        }
        Command::Connection(ConnectionCommand::Get(args)) => connection::get(session, server, args).await,
        Command::Connection(ConnectionCommand::List(args)) => connection::list(session, server, args).await,
        Command::Connection(ConnectionCommand::Metadata(command)) => match command {
            MetadataCommand::Get(args) => metadata::get(session, server, args).await,
            MetadataCommand::Set(args) => metadata::write(session, server, args, metadata::Kind::Set).await,
            MetadataCommand::Update(args) => {
                metadata::write(session, server, args, metadata::Kind::Update).await
            }
        },
        Command::Runs(RunsCommand::List(args)) => runs::list(session, server, args).await,
        Command::Runs(RunsCommand::Show(args)) => runs::show(server, args).await,
        Command::Webhooks(WebhooksCommand::List(args)) => webhooks::list(server, args).await,
        Command::Webhooks(WebhooksCommand::Show(args)) => webhooks::show(server, args).await,
        Command::Webhooks(WebhooksCommand::Resend(args)) => webhooks::resend(server, args).await,
        _ => return None,
    })
}
