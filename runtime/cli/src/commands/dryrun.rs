//! `onevent dryrun`: one function, real requests, nothing kept.

use std::sync::Arc;

use onevent_contract::{ConnectionFacts, Function, FunctionKind, Host, JsonObject, RunReport, Validation};
use onevent_hosts::{ActionRunner, DryConnection, DryHost, DryHostOptions, LiveHost, LiveHostOptions};
use onevent_lifecycle::{DryRun, dry_run};
use onevent_store::{ConnectionKey, Store};
use serde_json::Value;

use super::choose::{Chosen, Side, choose, key};
use super::given::GivenConnection;
use super::{recording, remote, replay};
use crate::args::DryrunArgs;
use crate::database;
use crate::exit::ExitCode;
use crate::failure::Failure;
use crate::input;
use crate::integrations::Integrations;
use crate::loading;
use crate::output::{Reply, RunView, Sources, clean, render_run};
use crate::rooms;
use crate::session::{self, Session};

/// What the command line hands in.
struct Given {
    connection: Option<GivenConnection>,
    metadata: Option<JsonObject>,
    input: Option<Value>,
}

impl Given {
    async fn read(session: &Session, args: &DryrunArgs) -> Result<Self, Failure> {
        input::one_from_stdin(&[
            ("--connection", args.connection.as_deref()),
            ("--metadata", args.metadata.as_deref()),
            ("--input", args.input.as_deref()),
        ])?;
        let folder = &session.directory;
        let connection = match &args.connection {
            Some(value) => Some(GivenConnection::read(value, folder).await?),
            None => None,
        };
        let metadata = match &args.metadata {
            Some(text) => Some(input::object("--metadata", text, folder).await?),
            None => None,
        };
        let input = match &args.input {
            Some(text) => Some(input::value("--input", text, folder).await?),
            None => None,
        };
        Ok(Self { connection, metadata, input })
    }
}

/// Runs the function and shows its report.
pub(crate) async fn run(session: &Session, args: &DryrunArgs) -> Result<Reply, Failure> {
    let given = Given::read(session, args).await?;
    let integrations = Integrations::load(&session.config)?;
    let store = store(session, args).await?;

    let engine = loading::engine()?;
    let project = Arc::new(loading::project(&engine, session.folder()).await?);
    let chosen = choose(session, args, &project, given.connection.as_ref(), store.as_ref()).await?;
    let Chosen { function, side } = chosen;
    let asked = given.input.is_some();
    let input = input_of(&function, given.input)?;
    if args.replay {
        return replay::run(session, args, &engine, function, asked.then_some(input)).await;
    }
    let side_note = side_note(session, args, &side);
    let actions = rooms::actions(&session.config, &engine, &project);
    let called = Called { function, input, actions, metadata: given.metadata };
    let (mut run, against) = match side {
        Side::Remote(api) => {
            let against = api.host().to_owned();
            (remote::dry_run_of(session, args, called, api, &integrations).await?, Some(against))
        }
        Side::Local => {
            let key = key(session, args, &called.function);
            let connection =
                connection(session, key, given.connection, store.as_ref(), &integrations).await?;
            (dry_run_of(session, args, called, connection, store, &integrations)?, None)
        }
    };
    let surrounded = recording::surround(args, Arc::clone(&run.host));
    run.host = Arc::clone(&surrounded.host);
    let report = dry_run(&engine, run.clone()).await.map_err(|refused| rooms::refused(&refused))?;
    let DryRun { function, connection: facts, input, .. } = &run;
    let saved = surrounded.save(session, &recording::Saved { function, facts, input, report: &report })?;
    let mut reply = reply(session, &report)?.note(&side_note.unwrap_or_default());
    for note in &project.notes {
        reply = reply.note(&format!("note: {note}\n"));
    }
    if let (Some(against), Some(document)) = (against, reply.document.as_object_mut()) {
        document.insert("remote".into(), against.into());
    }
    Ok(reply.note(saved.as_deref().unwrap_or_default()))
}

/// Which side was taken, where there are two to choose from.
fn side_note(session: &Session, args: &DryrunArgs, side: &Side) -> Option<String> {
    match side {
        Side::Remote(api) => Some(format!("dry run against {}\n", api.host())),
        Side::Local if args.connection.is_some() => None,
        Side::Local => {
            session.config.nango_key()?;
            let host = session.config.nango_hostport()?;
            let host = host.as_str().trim_end_matches('/');
            Some(format!("dry run for the connection stored here (--remote: against {host})\n"))
        }
    }
}

/// The database: none where the connection is given, recorded or Nango's, so none can be in the way.
async fn store(session: &Session, args: &DryrunArgs) -> Result<Option<Store>, Failure> {
    if args.connection.is_some() || args.replay || args.remote {
        return Ok(None);
    }
    if args.allow_writes {
        return database::open_existing(session).await;
    }
    database::open_for_reading(session).await
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

/// The connection that the run is for.
async fn connection(
    session: &Session,
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
            let nangos = remote::advice(session);
            Err(failure.hint(format!(
                "create it, or give one with --connection @FILE: {{\"credentials\": {{…}}}}; {nangos}"
            )))
        }
        Err(failure) => Err(failure),
    }
}

/// What is run, with what, and what it may trigger.
pub(super) struct Called {
    pub(super) function: Arc<Function>,
    pub(super) input: Value,
    pub(super) actions: Arc<dyn ActionRunner>,
    /// The metadata to start with, instead of the connection's own.
    pub(super) metadata: Option<JsonObject>,
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
    let Called { function, input, actions, metadata } = called;
    let connection = match metadata {
        Some(metadata) => connection.with_metadata(metadata),
        None => connection,
    };
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
        validation: validation(args),
        host,
    })
}

pub(super) fn validation(args: &DryrunArgs) -> Validation {
    if args.validate { Validation::Enforce } else { Validation::Warn }
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
