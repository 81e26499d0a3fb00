//! `onevent dryrun`: one function, real requests, nothing kept.

use std::sync::Arc;

use onevent_contract::{
    ConnectionFacts, Event, Function, Invocation, Mode, Operation, RunReport, Trigger, Validation,
};
use onevent_engine::{Engine, Project};
use onevent_hosts::{Access, DryConnection, DryHost, DryHostOptions};
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
    let given = args.connection.as_deref().map(|value| GivenConnection::read(value, &session.directory));
    let given = given.transpose()?;
    let metadata = args.metadata.as_deref().map(|text| input::object("--metadata", text, &session.directory));
    let metadata = metadata.transpose()?;
    let integrations = Integrations::load(&session.config)?;
    let store = database::open_for_reading(&session.config).await?;

    let engine = loading::engine()?;
    let project = loading::project(&engine, session.folder()).await?;
    let function = choose(session, args, &project, given.as_ref(), store.as_ref()).await?;
    let (connection, operation) =
        connection(session, args, &function, given, store.as_ref(), &integrations).await?;
    let connection = match metadata {
        Some(metadata) => connection.with_metadata(metadata),
        None => connection,
    };
    let report =
        execute(session, args, &engine, (function, operation), connection, store, &integrations).await?;
    reply(session, args, &report)
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

/// The connection that the run is for, and what would be happening to it.
async fn connection(
    session: &Session,
    args: &DryrunArgs,
    function: &Function,
    given: Option<GivenConnection>,
    store: Option<&Store>,
    integrations: &Integrations,
) -> Result<(DryConnection, Operation), Failure> {
    let key = key(session, args, function);
    let (connection, first) = match given {
        Some(given) => {
            let integration = integrations.get_or(&key.integration, given.provider.as_deref())?;
            (DryConnection::given(given.into_connection(key, &integration)?), Operation::Creation)
        }
        None => {
            let found = session::connection(store, &key).await;
            let found = found.map_err(|failure| match failure.code.as_ref() {
                "unknown_connection" => {
                    failure.hint("create it, or give one with --connection @FILE: {\"credentials\": {…}}")
                }
                _ => failure,
            })?;
            (DryConnection::stored(found), Operation::Override)
        }
    };
    let operation = match function.event {
        Event::ValidateConnection => first,
        Event::PreConnectionDeletion => Operation::Deletion,
        _ => Operation::Creation,
    };
    Ok((connection, operation))
}

async fn execute(
    session: &Session,
    args: &DryrunArgs,
    engine: &Engine,
    (function, operation): (Arc<Function>, Operation),
    connection: DryConnection,
    store: Option<Store>,
    integrations: &Integrations,
) -> Result<RunReport, Failure> {
    let key = function.key.clone();
    let event = function.event;
    let own = integrations.get_or(&key.integration, Some(&connection.connection().provider))?;
    let mut configured = integrations.all(&session.integrations());
    configured.insert(key.integration.clone(), Arc::clone(&own));
    let facts = ConnectionFacts {
        connection_id: connection.connection().connection_id.clone(),
        integration: key.integration.clone(),
        provider: own.provider.name.clone(),
    };
    let mut invocation = Invocation::new(function, facts, session.config.environment.clone());
    invocation.trigger = Trigger::Event { event, operation };
    invocation.mode = Mode::Dry;
    invocation.validation = if args.validate { Validation::Enforce } else { Validation::Warn };
    invocation.limits = session.config.limits_for(&key);
    let host = DryHost::new(DryHostOptions {
        connection,
        environment: session.config.environment.clone(),
        store,
        proxy: rooms::proxy(&session.config)?,
        integrations: Arc::new(configured),
        // As in a live run: validation has to test what is marked, and cleanup has to clean it up.
        access: match event {
            Event::ValidateConnection | Event::PreConnectionDeletion => Access::DespiteAuthError,
            _ => Access::Normal,
        },
    });
    let report = engine.run(invocation, Arc::new(host)).await;
    report.map_err(|refused| rooms::refused(&refused))
}

fn reply(session: &Session, args: &DryrunArgs, report: &RunReport) -> Result<Reply, Failure> {
    let reply = Reply::new(report, "")?;
    let view = RunView::from_document(&reply.document)?;
    let text = render_run(&view, Sources::Project(session.folder()));
    let exit = ExitCode::of_run(report).strict(args.strict, !report.warnings.is_empty());
    Ok(Reply { text, ..reply }.exit(exit))
}

fn key(session: &Session, args: &DryrunArgs, function: &Function) -> ConnectionKey {
    session.key(&Target {
        integration: function.key.integration.clone(),
        connection_id: args.connection_id.clone(),
    })
}
