//! From the command line to the exit code.

use std::ffi::{OsStr, OsString};
use std::time::Duration;

use clap::Parser;
use clap::error::ErrorKind;
use onevent_app::Surroundings;
use onevent_store::StoreMode;

use crate::args::{
    Cli, Command, ConnectionCommand, DeploymentsCommand, EventsCommand, KeysCommand, MetadataCommand,
    RunsCommand, WebhooksCommand,
};
use crate::commands;
use crate::exit::ExitCode;
use crate::failure::Failure;
use crate::interruption::StopSignal;
use crate::output::{self, Format, Reply};
use crate::session::Session;
use crate::surroundings;

/// Runs the program.
pub(crate) fn main(arguments: Vec<OsString>) -> ExitCode {
    let format = format(&arguments);
    output::set_columns(surroundings::columns());
    let cli = match Cli::try_parse_from(&arguments) {
        Ok(cli) => cli,
        Err(error) => return usage(format, &error),
    };
    match surroundings::look().and_then(|surroundings| run(&cli, &surroundings)) {
        Ok(reply) if cli.global.quiet => output::print_reply(format, &reply.quiet()),
        Ok(reply) => output::print_reply(format, &reply),
        Err(failure) => output::print_failure(format, &failure),
    }
}

/// `--json` holds for errors of the command line too, so it is looked for before the command line is read.
fn format(arguments: &[OsString]) -> Format {
    let json =
        arguments.iter().skip(1).take_while(|a| *a != OsStr::new("--")).any(|a| a == OsStr::new("--json"));
    if json { Format::Json } else { Format::Human }
}

/// Worker threads for everything that is not JavaScript: runs have threads of their own.
const WORKERS: usize = 2;

fn run(cli: &Cli, surroundings: &Surroundings) -> Result<Reply, Failure> {
    if let Command::Standalone(command) = &cli.command {
        return commands::standalone::run(command, &cli.global, &surroundings.directory);
    }
    let session = Session::start(cli, surroundings)?;
    if let Command::Config(args) = &cli.command {
        return commands::config::run(session.service.config(), args);
    }
    let mut builder = tokio::runtime::Builder::new_multi_thread();
    if !matches!(cli.command, Command::Serve(_)) {
        builder.worker_threads(WORKERS);
    }
    let runtime = builder
        .enable_all()
        .build()
        .map_err(|error| Failure::internal(format!("threads could not be started: {error}")))?;
    let result = runtime.block_on(async {
        let (result, state) = match &cli.command {
            // A server has its own way of being stopped.
            Command::Serve(args) => {
                (commands::serve::run(&session, args, &cli.global, surroundings).await, State::Done)
            }
            command => until_stopped(&session, command).await,
        };
        // The command's future is dropped by now: what it left running is stopped, its operation abandoned.
        close(&session, state).await;
        result
    });
    // What still runs is not waited for: results are in, and a stopped run's thread ends by itself.
    runtime.shutdown_background();
    result
}

/// How long a command that was asked to stop has for it.
const GRACE: Duration = Duration::from_secs(3);

/// Runs the command to its end, or to the end that Ctrl-C and SIGTERM bring. A second signal does not wait.
async fn until_stopped(session: &Session, asked: &Command) -> (Result<Reply, Failure>, State) {
    let mut running = std::pin::pin!(command(session, asked));
    let signal = tokio::select! {
        result = &mut running => return (result, State::Done),
        signal = StopSignal::next() => signal,
    };
    session.service.interrupt();
    if tells_of_interruption(asked) {
        tokio::select! {
            result = running => return (ended_by(signal, result), State::Done),
            () = tokio::time::sleep(GRACE) => {}
            _ = StopSignal::next() => {}
        }
    }
    (Err(signal.failure()), State::Interrupted)
}

/// Whether a command comes to its end by itself, and then has something to say about it.
fn tells_of_interruption(command: &Command) -> bool {
    use ConnectionCommand::{Create, Delete, Reconnect};
    matches!(command, Command::Connection(Create(_) | Reconnect(_) | Delete(_)) | Command::Dryrun(_))
}

/// What was interrupted ends the process as its signal does; anything else as it says.
fn ended_by(signal: StopSignal, result: Result<Reply, Failure>) -> Result<Reply, Failure> {
    let of = |exit| if exit == ExitCode::Interrupted { signal.exit() } else { exit };
    match result {
        Ok(reply) => Ok(Reply { exit: of(reply.exit), ..reply }),
        Err(failure) => Err(Failure { exit: of(failure.exit), ..failure }),
    }
}

async fn command(session: &Session, command: &Command) -> Result<Reply, Failure> {
    if let Some(done) = commands::over_http::run(session, command).await {
        return done;
    }
    match command {
        Command::Config(args) => commands::config::run(session.service.config(), args),
        Command::Standalone(_) | Command::Serve(_) => {
            Err(Failure::internal("this command is started before any other"))
        }
        Command::Events(command) => match command {
            EventsCommand::List(args) => commands::events::list(session, args).await,
            EventsCommand::Show(args) => commands::events::show(session, args).await,
            EventsCommand::Replay(args) => commands::events::replay(session, args).await,
            EventsCommand::Skip(args) => commands::events::skip(session, args).await,
            EventsCommand::Audit(args) => commands::events::audit(session, args).await,
        },
        Command::Webhooks(command) => match command {
            WebhooksCommand::List(args) => commands::webhooks::list(session, args).await,
            WebhooksCommand::Show(args) => commands::webhooks::show(session, args).await,
            WebhooksCommand::Resend(args) => commands::webhooks::resend(session, args).await,
        },
        Command::Keys(command) => match command {
            KeysCommand::Create(args) => commands::keys::create(session, args).await,
            KeysCommand::List => commands::keys::list(session).await,
            KeysCommand::Revoke(args) => commands::keys::revoke(session, args).await,
            KeysCommand::RotateEncryption => commands::rotate_encryption::rotate(session).await,
            KeysCommand::Signing => commands::keys::signing(session).await,
        },
        Command::Check(args) => commands::check::run(session, args).await,
        Command::Functions(args) => commands::functions::run(args, session.service.project().await?),
        Command::Connection(ConnectionCommand::Create(args)) => {
            commands::lifecycle::create(session, args).await
        }
        Command::Connection(ConnectionCommand::Reconnect(args)) => {
            commands::lifecycle::reconnect(session, args).await
        }
        Command::Connection(ConnectionCommand::Delete(args)) => {
            commands::lifecycle::delete(session, args).await
        }
        Command::Connection(ConnectionCommand::Get(args)) => commands::connection::get(session, args).await,
        Command::Connection(ConnectionCommand::List(args)) => commands::connection::list(session, args).await,
        Command::Connection(ConnectionCommand::Metadata(command)) => match command {
            MetadataCommand::Get(args) => commands::metadata::get(session, args).await,
            MetadataCommand::Set(args) => commands::metadata::set(session, args).await,
            MetadataCommand::Update(args) => commands::metadata::update(session, args).await,
        },
        Command::Doctor => commands::doctor::run(session).await,
        Command::Deploy(args) => commands::deploy::run(session, args).await,
        Command::Deployments(command) => match command {
            DeploymentsCommand::List(args) => commands::deployments::list(session, args).await,
            DeploymentsCommand::Show(args) => commands::deployments::show(session, args).await,
            DeploymentsCommand::Diff(args) => commands::deployments::diff(session, args).await,
            DeploymentsCommand::Rollback(args) => commands::deployments::roll_back(session, args).await,
            DeploymentsCommand::Prune(args) => commands::deployments::prune(session, args).await,
        },
        Command::Dryrun(args) => commands::dryrun::run(session, args).await,
        Command::Test(args) => commands::test::run(session, args).await,
        Command::Runs(RunsCommand::List(args)) => commands::runs::list(session, args).await,
        Command::Runs(RunsCommand::Show(args)) => commands::runs::show(session, args).await,
    }
}

/// How long the end of a process takes at most: putting back what was interrupted, closing the database.
/// Whatever it does not get done, the next command does first.
const LAST_STEPS: Duration = Duration::from_secs(5);

/// Puts the connection back to what it was before an operation that did not come to its end, and closes the
/// database: SQLite then removes its side files.
async fn close(session: &Session, state: State) {
    let steps = async {
        if state == State::Interrupted {
            for store in session.service.opened_stores().filter(|store| store.mode() == StoreMode::ReadWrite)
            {
                // Where this fails, the next command does it.
                let _ = store.recover().await;
            }
        }
        session.service.close().await;
    };
    let _ = tokio::time::timeout(LAST_STEPS, steps).await;
}

/// How a command ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    /// By itself.
    Done,
    /// It was given up.
    Interrupted,
}

/// Help, the version, or a mistake on the command line.
fn usage(format: Format, error: &clap::Error) -> ExitCode {
    let rendered = error.render();
    match (error.kind(), format) {
        (ErrorKind::DisplayHelp | ErrorKind::DisplayVersion, _) => {
            output::print_text(&rendered.ansi().to_string())
        }
        (_, Format::Human) => output::print_error_text(&rendered.ansi().to_string(), ExitCode::Usage),
        (_, Format::Json) => output::print_failure(format, &usage_failure(&rendered.to_string())),
    }
}

/// clap's text as message and hint: the first paragraph, and the tip below it, or how the command is used.
fn usage_failure(rendered: &str) -> Failure {
    let text = rendered.strip_prefix("error: ").unwrap_or(rendered);
    let mut paragraphs = text.split("\n\n").map(str::trim).filter(|paragraph| !paragraph.is_empty());
    let message = paragraphs.next().unwrap_or("the command line is wrong").replace("\n  ", " ");
    let mut hint = None;
    for paragraph in paragraphs {
        match paragraph.strip_prefix("tip: ") {
            Some(tip) => hint = Some(tip.to_owned()),
            None if paragraph.starts_with("Usage: ") && hint.is_none() => {
                hint = Some(paragraph.replacen('U', "u", 1))
            }
            None => {}
        }
    }
    Failure::usage("usage", message).hint(hint.unwrap_or_else(|| "see onevent --help".to_owned()))
}
