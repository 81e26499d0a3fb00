//! `onevent dryrun`: one function, real requests, nothing kept.

use std::sync::Arc;

use onevent_contract::{ConnectionFacts, Function, RunReport, Validation};
use onevent_engine::Project;
use onevent_hosts::{DryConnection, DryHost, DryHostOptions};
use onevent_lifecycle::{DryRun, dry_run};
use onevent_store::{ConnectionKey, Store, Visibility};

use super::given::GivenConnection;
use crate::args::{DryrunArgs, Target};
use crate::database;
use crate::exit::ExitCode;
use crate::failure::Failure;
use crate::input;
use crate::integrations::Integrations;
use crate::loading;
use crate::output::{Reply, RunView, Sources, render_run};
use crate::rooms;
use crate::session::{self, Session};

/// Runs the function and shows its report.
pub(crate) async fn run(session: &Session, args: &DryrunArgs) -> Result<Reply, Failure> {
    let given = match &args.connection {
        Some(value) => Some(GivenConnection::read(value, &session.directory).await?),
        None => None,
    };
    let metadata = match &args.metadata {
        Some(text) => Some(input::object("--metadata", text, &session.directory).await?),
        None => None,
    };
    let integrations = Integrations::load(&session.config)?;
    // A given connection needs no database, so none can be in its way.
    let store = if given.is_some() { None } else { database::open_for_reading(session).await? };

    let engine = loading::engine()?;
    let project = loading::project(&engine, session.folder()).await?;
    let function = choose(session, args, &project, given.as_ref(), store.as_ref()).await?;
    let connection = connection(key(session, args, &function), given, store.as_ref(), &integrations).await?;
    let connection = match metadata {
        Some(metadata) => connection.with_metadata(metadata),
        None => connection,
    };
    let run = dry_run_of(session, args, function, connection, store, &integrations)?;
    let report = dry_run(&engine, run).await.map_err(|refused| rooms::refused(&refused))?;
    reply(session, &report)
}

/// The one function that is meant: by its name, the given connection, or the stored one.
async fn choose(
    session: &Session,
    args: &DryrunArgs,
    project: &Project,
    given: Option<&GivenConnection>,
    store: Option<&Store>,
) -> Result<Arc<Function>, Failure> {
    let found = loading::candidates(project, &args.function, args.integration_id.as_ref())?;
    if let [only] = found.as_slice() {
        return Ok(Arc::clone(only));
    }
    let mut fitting = Vec::new();
    for function in &found {
        let integration = &function.key.integration;
        let fits = match (given, store) {
            (Some(given), _) => given.integration.as_deref() == Some(integration.as_str()),
            (None, Some(store)) => is_stored(session, args, store, function).await?,
            (None, None) => false,
        };
        if fits {
            fitting.push(Arc::clone(function));
        }
    }
    if let [only] = fitting.as_slice() {
        return Ok(Arc::clone(only));
    }
    let names: Vec<String> = found.iter().map(|function| function.key.to_string()).collect();
    let message = format!("`{}` could be {}", args.function, names.join(" or "));
    Err(Failure::usage("ambiguous_function", message).hint("write it in full, or add --integration-id NAME"))
}

async fn is_stored(
    session: &Session,
    args: &DryrunArgs,
    store: &Store,
    function: &Function,
) -> Result<bool, Failure> {
    let key = key(session, args, function);
    let found = store.connection(&key, Visibility::Established).await;
    Ok(found.map_err(|error| database::failure(&error))?.is_some())
}

/// The connection that the run is for.
async fn connection(
    key: ConnectionKey,
    given: Option<GivenConnection>,
    store: Option<&Store>,
    integrations: &Integrations,
) -> Result<DryConnection, Failure> {
    if let Some(given) = given {
        let integration = integrations.get_or(&key.integration, given.provider.as_deref())?;
        return Ok(DryConnection::given(given.into_connection(key, &integration)?));
    }
    match session::connection(store, &key).await {
        Ok(found) => Ok(DryConnection::stored(found)),
        Err(failure) if failure.code == "unknown_connection" => {
            Err(failure.hint("create it, or give one with --connection @FILE: {\"credentials\": {…}}"))
        }
        Err(failure) => Err(failure),
    }
}

/// The run with its host: real requests, and metadata that is gone afterwards.
fn dry_run_of(
    session: &Session,
    args: &DryrunArgs,
    function: Arc<Function>,
    connection: DryConnection,
    store: Option<Store>,
    integrations: &Integrations,
) -> Result<DryRun, Failure> {
    let integration = function.key.integration.clone();
    let own = integrations.get_or(&integration, Some(&connection.connection().provider))?;
    let mut configured = integrations.all(&session.integrations());
    configured.insert(integration.clone(), Arc::clone(&own));
    let environment = session.config.environment.clone();
    let facts = ConnectionFacts {
        connection_id: connection.connection().connection_id.clone(),
        integration,
        provider: own.provider.name.clone(),
    };
    let host = DryHost::new(DryHostOptions {
        connection,
        environment: environment.clone(),
        store,
        proxy: rooms::proxy(&session.config)?,
        integrations: Arc::new(configured),
        access: rooms::access(function.event()),
    });
    Ok(DryRun {
        limits: session.config.limits_for(&function.key),
        function,
        connection: facts,
        environment,
        validation: if args.validate { Validation::Enforce } else { Validation::Warn },
        host: Arc::new(host),
    })
}

fn reply(session: &Session, report: &RunReport) -> Result<Reply, Failure> {
    let reply = Reply::new(report, "")?;
    let view = RunView::from_document(&reply.document)?;
    let text = render_run(&view, Sources::Project(session.folder()));
    Ok(Reply { text, ..reply }.exit(ExitCode::of_run(report)))
}

fn key(session: &Session, args: &DryrunArgs, function: &Function) -> ConnectionKey {
    session.key(&Target {
        integration: function.key.integration.clone(),
        connection_id: args.connection_id.clone(),
    })
}
