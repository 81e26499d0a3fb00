//! `onevent dryrun`: one function, real requests, nothing kept.

use std::sync::Arc;

use onevent_contract::{ConnectionFacts, Function, FunctionKey, FunctionKind, Host, RunReport, Validation};
use onevent_engine::Project;
use onevent_hosts::{ActionRunner, DryConnection, DryHost, DryHostOptions, LiveHost, LiveHostOptions};
use onevent_lifecycle::{DryRun, dry_run};
use onevent_store::{ConnectionKey, Store, Visibility};
use serde_json::Value;

use super::given::GivenConnection;
use super::{recording, replay};
use crate::args::{DryrunArgs, Target};
use crate::database;
use crate::exit::ExitCode;
use crate::failure::Failure;
use crate::input;
use crate::integrations::Integrations;
use crate::loading;
use crate::output::{Reply, RunView, Sources, clean, render_run};
use crate::rooms;
use crate::session::{self, Session};

/// Runs the function and shows its report.
pub(crate) async fn run(session: &Session, args: &DryrunArgs) -> Result<Reply, Failure> {
    input::one_from_stdin(&[
        ("--connection", args.connection.as_deref()),
        ("--metadata", args.metadata.as_deref()),
        ("--input", args.input.as_deref()),
    ])?;
    let given = match &args.connection {
        Some(value) => Some(GivenConnection::read(value, &session.directory).await?),
        None => None,
    };
    let metadata = match &args.metadata {
        Some(text) => Some(input::object("--metadata", text, &session.directory).await?),
        None => None,
    };
    let input = match &args.input {
        Some(text) => Some(input::value("--input", text, &session.directory).await?),
        None => None,
    };
    let integrations = Integrations::load(&session.config)?;
    let store = store(session, args).await?;

    let engine = loading::engine()?;
    let project = Arc::new(loading::project(&engine, session.folder()).await?);
    let function = choose(session, args, &project, given.as_ref(), store.as_ref()).await?;
    let asked = input.is_some();
    let input = input_of(&function, input)?;
    if args.replay {
        return replay::run(session, args, &engine, function, asked.then_some(input)).await;
    }
    let connection = connection(key(session, args, &function), given, store.as_ref(), &integrations).await?;
    let connection = match metadata {
        Some(metadata) => connection.with_metadata(metadata),
        None => connection,
    };
    let actions = rooms::actions(&session.config, &engine, &project);
    let called = Called { function, input, actions };
    let mut run = dry_run_of(session, args, called, connection, store, &integrations)?;
    let surrounded = recording::surround(args, Arc::clone(&run.host));
    run.host = Arc::clone(&surrounded.host);
    let report = dry_run(&engine, run.clone()).await.map_err(|refused| rooms::refused(&refused))?;
    let DryRun { function, connection: facts, input, .. } = &run;
    let saved = surrounded.save(session, &recording::Saved { function, facts, input, report: &report })?;
    Ok(reply(session, &report)?.note(saved.as_deref().unwrap_or_default()))
}

/// The database: none where the connection is given or recorded, so none can be in the way.
async fn store(session: &Session, args: &DryrunArgs) -> Result<Option<Store>, Failure> {
    if args.connection.is_some() || args.replay {
        return Ok(None);
    }
    if args.allow_writes {
        return database::open_existing(session).await;
    }
    database::open_for_reading(session).await
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
    // The ones that fit, if any do, are what is still to be told apart.
    Err(ambiguous(&args.function, if fitting.is_empty() { &found } else { &fitting }))
}

fn ambiguous(name: &str, found: &[Arc<Function>]) -> Failure {
    // The folder is named where the rest of the name is not enough.
    let full = |function: &Arc<Function>| {
        let FunctionKey { integration, name } = &function.key;
        match found.iter().filter(|other| other.key == function.key).count() {
            1 => function.key.to_string(),
            _ => format!("{integration}/{}/{name}", function.kind.folder()),
        }
    };
    let names: Vec<String> = found.iter().map(full).collect();
    let message = format!("`{name}` could be {}", names.join(" or "));
    Failure::usage("ambiguous_function", message).hint("write it in full, or add --integration-id NAME")
}

/// What the function is called with: an action's input, `null` for none.
fn input_of(function: &Function, input: Option<Value>) -> Result<Value, Failure> {
    match (&function.kind, input) {
        (FunctionKind::Action { .. }, input) => Ok(input.unwrap_or_default()),
        (_, None) => Ok(Value::Null),
        (_, Some(_)) => {
            let message = format!("--input: {} is an event function, which gets no input", function.key);
            Err(Failure::usage("input_not_accepted", message).hint("only actions are called with an input"))
        }
    }
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

/// What is run, with what, and what it may trigger.
struct Called {
    function: Arc<Function>,
    input: Value,
    actions: Arc<dyn ActionRunner>,
}

/// The run with its host: real requests, and metadata that is gone afterwards.
fn dry_run_of(
    session: &Session,
    args: &DryrunArgs,
    called: Called,
    connection: DryConnection,
    store: Option<Store>,
    integrations: &Integrations,
) -> Result<DryRun, Failure> {
    let Called { function, input, actions } = called;
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
    let proxy = rooms::proxy(&session.config)?;
    let access = rooms::access(function.event());
    let integrations = Arc::new(configured);
    let host: Arc<dyn Host> = match store {
        Some(store) if args.allow_writes => {
            let connection = key(session, args, &function);
            let options = LiveHostOptions { store, proxy, integrations, connection, access };
            Arc::new(LiveHost::new(options).with_actions(actions).with_variables(session.config.variables()))
        }
        store => {
            let environment = environment.clone();
            let options = DryHostOptions { connection, environment, store, proxy, integrations, access };
            Arc::new(DryHost::new(options).with_actions(actions).with_variables(session.config.variables()))
        }
    };
    Ok(DryRun {
        limits: session.config.limits_for(&function.key),
        function,
        input,
        connection: facts,
        environment,
        validation: if args.validate { Validation::Enforce } else { Validation::Warn },
        host,
    })
}

pub(super) fn reply(session: &Session, report: &RunReport) -> Result<Reply, Failure> {
    let reply = Reply::new(report, "")?;
    let view = RunView::from_document(&reply.document)?;
    let mut text = render_run(&view, Sources::Project(session.folder()));
    if let Some(output) = &report.output {
        text.push_str(&render_output(output));
    }
    Ok(Reply { text, ..reply }.exit(ExitCode::of_run(report)))
}

/// What an action returned, for people: its JSON, as it can be copied.
fn render_output(output: &Value) -> String {
    // With the alternate form, JSON is laid out over lines.
    format!("\n{}\n", clean(&format!("{output:#}")))
}

fn key(session: &Session, args: &DryrunArgs, function: &Function) -> ConnectionKey {
    session.key(&Target {
        integration: function.key.integration.clone(),
        connection_id: args.connection_id.clone(),
    })
}
