//! The commands that work on a running server instead of the local database.

mod connection;
mod deployments;
mod events;
mod metadata;
mod runs;
mod webhooks;

use crate::args::{
    Command, ConnectionCommand, DeploymentsCommand, EventsCommand, MetadataCommand, RunsCommand,
    WebhooksCommand,
};
use crate::failure::Failure;
use crate::output::Reply;
use crate::server_api::ServerApi;
use crate::session::Session;

/// Runs a command on the server that the settings name; `None` where they name none, or where it is a command of this
/// machine.
pub(crate) async fn run(session: &Session, command: &Command) -> Option<Result<Reply, Failure>> {
    session.service.settings().server_url.as_ref()?;
    match command {
        Command::Keys(_) => Some(Err(beside_the_database())),
        // The function of a dry run runs here; whose connection it is for, it finds out itself.
        Command::Standalone(_)
        | Command::Functions(_)
        | Command::Check(_)
        | Command::Dryrun(_)
        | Command::Test(_)
        | Command::Serve(_)
        | Command::Doctor
        | Command::Config(_) => None,
        Command::Connection(command) => Some(connection(session, command).await),
        Command::Events(command) => Some(events(session, command).await),
        Command::Runs(command) => Some(runs(session, command).await),
        Command::Webhooks(command) => Some(webhooks(session, command).await),
        Command::Deploy(args) => Some(deployments::deploy(session, args).await),
        Command::Deployments(command) => Some(deployments(session, command).await),
    }
}

/// A key for a server cannot come from the server: who has none could make one.
fn beside_the_database() -> Failure {
    let message = "keys are made and shown beside the database, not by a server";
    Failure::usage("not_on_a_server", message)
        .hint("run this where the database is, without --server and ONEVENT_SERVER_URL")
}

async fn events(session: &Session, command: &EventsCommand) -> Result<Reply, Failure> {
    let server = &ServerApi::needed(session)?;
    match command {
        EventsCommand::List(args) => events::list(server, args).await,
        EventsCommand::Show(args) => events::show(server, args).await,
        EventsCommand::Replay(args) => events::replay(server, args).await,
        EventsCommand::Skip(args) => events::skip(server, args).await,
        EventsCommand::Audit(args) => events::audit(server, args).await,
    }
}

async fn runs(session: &Session, command: &RunsCommand) -> Result<Reply, Failure> {
    let server = &ServerApi::needed(session)?;
    match command {
        RunsCommand::List(args) => runs::list(session, server, args).await,
        RunsCommand::Show(args) => runs::show(server, args).await,
    }
}

async fn webhooks(session: &Session, command: &WebhooksCommand) -> Result<Reply, Failure> {
    let server = &ServerApi::needed(session)?;
    match command {
        WebhooksCommand::List(args) => webhooks::list(session, server, args).await,
        WebhooksCommand::Show(args) => webhooks::show(server, args).await,
        WebhooksCommand::Resend(args) => webhooks::resend(server, args).await,
    }
}

async fn deployments(session: &Session, command: &DeploymentsCommand) -> Result<Reply, Failure> {
    let server = &ServerApi::needed(session)?;
    match command {
        DeploymentsCommand::List(args) => deployments::list(server, args).await,
        DeploymentsCommand::Show(args) => deployments::show(server, args).await,
        DeploymentsCommand::Diff(args) => deployments::diff(server, args).await,
        DeploymentsCommand::Rollback(args) => deployments::roll_back(server, args).await,
        DeploymentsCommand::Prune(args) => deployments::prune(server, args).await,
    }
}

async fn connection(session: &Session, command: &ConnectionCommand) -> Result<Reply, Failure> {
    let server = &ServerApi::needed(session)?;
    match command {
        ConnectionCommand::Create(args) => connection::create(session, server, args).await,
        ConnectionCommand::Reconnect(args) => connection::reconnect(session, server, args).await,
        ConnectionCommand::Delete(args) => connection::delete(session, server, args).await,
        ConnectionCommand::Get(args) => connection::get(session, server, args).await,
        ConnectionCommand::List(args) => connection::list(session, server, args).await,
        ConnectionCommand::Metadata(command) => match command {
            MetadataCommand::Get(args) => metadata::get(session, server, args).await,
            MetadataCommand::Set(args) => metadata::write(session, server, args, metadata::Kind::Set).await,
            MetadataCommand::Update(args) => {
                metadata::write(session, server, args, metadata::Kind::Update).await
            }
        },
    }
}
