//! `onevent serve`: the server, from its first line to its last.

mod first_key;
mod front;
mod listen;
mod log;
mod metrics;
mod signals;
mod started;
mod watch;

use std::error::Error;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use onevent_app::{DatabaseName, Flags, Service, Surroundings, Workers};
use onevent_server::{ServerOptions, router, worker_router};
use onevent_worker::{Holds, LayerState};

use self::listen::{Listening, Serving};
use self::signals::{Asked, Signals};
use self::started::Started;
use crate::args::{GlobalArgs, Role, ServeArgs};
use crate::commands::doctor;
use crate::exit::ExitCode;
use crate::failure::Failure;
use crate::output::{self, Format, Reply};
use crate::session::Session;

/// How long open connections have after the runs have ended: answers that are on their way.
const LAST_ANSWERS: Duration = Duration::from_secs(5);

/// Serves until it is asked to stop.
pub(crate) async fn run(
    session: &Session,
    args: &ServeArgs,
    global: &GlobalArgs,
    surroundings: &Surroundings,
) -> Result<Reply, Failure> {
    log::start(args.log, args.log_level);
    let service = &session.service;
    say_what_holds(service).await?;
    let functions = load(service, args).await?;
    open_databases(service).await?;
    let signals = Signals::listen()?;
    let listening = Listening::open(args).await?;
    let metrics = match args.metrics {
        Some(address) => Some(metrics::start(address, service).await?),
        None => None,
    };
    let in_front = front::start(service)?;
    // In front of a Nango its keys count, and who only works is asked by nobody.
    let secret_key = match (&in_front, args.role) {
        (None, Role::All | Role::Api) => first_key::make_if_none(service).await?,
        _ => None,
    };
    let workers = match args.role {
        Role::All | Role::Worker => {
            let failed = |database: &DatabaseName, error: &dyn Error| {
                tracing::error!(%database, %error, "the queue");
            };
            Some(service.start_workers(failed).await?)
        }
        Role::Api => {
            service.leave_work_to_others();
            None
        }
    };
    let options = ServerOptions::of(&service.settings().server);
    let draining = options.draining.clone();
    let routes = match args.role {
        Role::All | Role::Api => router(Arc::clone(service), options),
        Role::Worker => worker_router(Arc::clone(service), options),
    };
    let serving = listening.serve(routes);
    let started = Started {
        url: serving.url.clone(),
        environment: service.environment().to_string(),
        secret_key,
        metrics,
        functions,
    };
    say(global, &started)?;
    let _watching = if args.watch { Some(watch::start(service)?) } else { None };

    let engine = service.engine()?;
    let ended = loop {
        let asked = tokio::select! {
            asked = signals.next() => asked,
            () = engine.too_many_threads_lost() => break Err(threads_lost(engine.lost_threads())),
        };
        match asked {
            Asked::Reload => reload(service, &args.flags(global), surroundings),
            Asked::Stop => break Ok(()),
            Asked::Ended(error) => break Err(error),
        }
    };
    tracing::info!(
        "stopping: no new work is begun, and what runs has {:?}",
        service.settings().server.drain.value.get()
    );
    draining.cancel();
    drop(in_front);
    drain(service, &signals, workers, serving).await;
    ended?;
    tracing::info!("stopped");
    Ok(Reply::silent())
}

/// Said by a server that has to be started again: in this process there is nothing left to run functions with.
fn threads_lost(lost: usize) -> Failure {
    let message =
        format!("{lost} threads execute code that cannot be stopped: the server makes room for a new one");
    Failure::new(ExitCode::ThreadsLost, "threads_lost", message)
        .hint("let whatever started it start it again; the log says which runs were stopped")
}

/// Ends everything that runs: first the queue's work, while whoever asks is still answered (`/ready` says that the
/// server is going away), then requests. What of either is not done in time goes back to the queue, or is interrupted.
async fn drain(service: &Service, signals: &Signals, workers: Option<Workers>, mut serving: Serving) {
    let longest = service.settings().server.drain.value.get();
    let mut over = pin!(tokio::time::sleep(longest));
    let work = async {
        if let Some(workers) = workers {
            workers.drain(longest).await;
        }
        serving.stop(longest + LAST_ANSWERS);
        tokio::select! {
            () = serving.ended() => {}
            () = &mut over => {}
        }
    };
    tokio::select! {
        () = work => {}
        () = signals.stop_at_once() => tracing::warn!("stopped at once; what ran goes back to the queue when its lease has run out"),
    }
    serving.stop(LAST_ANSWERS);
    service.interrupt();
    if tokio::time::timeout(LAST_ANSWERS, serving.ended()).await.is_err() {
        tracing::warn!("connections are still open, and are closed now");
    }
}

/// Where functions run in child processes, says what keeps these from everything else, and what does not.
async fn say_what_holds(service: &Service) -> Result<(), Failure> {
    if !service.settings().runs_in_processes() {
        return Ok(());
    }
    let layers = service.children().layers().await.map_err(|failure| doctor::not_here(&failure))?;
    for LayerState { layer, holds } in &layers {
        match holds {
            Holds::Fully => {}
            Holds::Partly(why) => {
                tracing::warn!(%layer, why, "this layer around child processes holds in part")
            }
            Holds::Not(why) => {
                tracing::warn!(%layer, why, "this layer around child processes does not hold here")
            }
            _ => {}
        }
    }
    let held = layers.iter().filter(|state| state.holds == Holds::Fully).count();
    tracing::info!("functions run in child processes, behind {held} of {} layers", layers.len());
    Ok(())
}

/// Opens all databases, and says which of them do not answer: the environments that live in others are served.
async fn open_databases(service: &Service) -> Result<(), Failure> {
    for (database, error) in service.open_databases().await? {
        tracing::error!(%database, %error, "it does not answer, and is opened as soon as it does");
    }
    Ok(())
}

/// Loads the project's functions, and says which of them are broken: the others run. Without a project, what is deployed
/// runs.
async fn load(service: &Service, args: &ServeArgs) -> Result<usize, Failure> {
    if args.deployed || !service.has_project() {
        if args.watch {
            let failure = Failure::usage("usage", "--watch needs a project: there are no files to watch");
            return Err(failure.hint("start the server in a project's folder, or with --project DIR"));
        }
        service.run_deployments();
        return match service.all_functions(service.environment()).await {
            Ok(running) => Ok(running.project.functions.len()),
            // What they are is said when its database is opened, and asked again with every run.
            Err(error) if error.may_pass() => Ok(0),
            Err(error) => Err(error.into()),
        };
    }
    let project = service.hold_functions().await?;
    for broken in project.broken.iter().filter(|broken| !broken.is_unsupported()) {
        tracing::warn!(path = broken.path, error = %broken.error, "a function cannot be loaded");
    }
    Ok(project.functions.len())
}

fn say(global: &GlobalArgs, started: &Started) -> Result<(), Failure> {
    let reply = Reply::new(started, started::text(started))?;
    let format = if global.json { Format::Json } else { Format::Human };
    output::print_reply(format, &reply);
    Ok(())
}

/// Takes the settings that a running server can take, and says aloud which it cannot.
fn reload(service: &Service, flags: &Flags, surroundings: &Surroundings) {
    match service.reload_settings(flags, surroundings) {
        Ok(found) => {
            let names = |keys: &[onevent_app::Key]| {
                keys.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ")
            };
            tracing::info!(taken = names(&found.taken), "settings were read again");
            if !found.needs_restart.is_empty() {
                let keys = names(&found.needs_restart);
                tracing::warn!(keys, "these settings have changed and need a restart");
            }
        }
        Err(error) => tracing::error!(%error, "the settings are wrong; the old ones go on"),
    }
}
