//! `onevent connection create`, `reconnect` and `delete`.

use std::sync::Arc;

use onevent_contract::{Credentials, Invocation, JsonObject, Operation, WarningCode};
use onevent_hosts::{ActionRunner, Integrations as Configured, LiveHost, LiveHostOptions};
use onevent_lifecycle::{Lifecycle, LifecycleError, LifecycleOptions, OperationReport};
use onevent_proxy::Integration;
use onevent_store::{ConnectionKey, NewConnection, OPERATION_WAIT, Reconnection, Store};

use super::given;
use crate::args::{AccountArgs, CreateArgs, DeleteArgs, ReconnectArgs};
use crate::database;
use crate::exit::ExitCode;
use crate::failure::Failure;
use crate::input;
use crate::integrations::Integrations;
use crate::loading;
use crate::output::{
    BAD, GOOD, NAME, Reply, RunView, Sources, WarningView, clean, paint, render_run, warning_line,
};
use crate::rooms;
use crate::session::Session;

/// Creates a connection.
pub(crate) async fn create(session: &Session, args: &CreateArgs) -> Result<Reply, Failure> {
    let key = session.key(&args.target);
    let integrations = Integrations::load(&session.config)?;
    let integration = integrations.get(&key.integration)?;
    input::one_from_stdin(&[
        ("--credentials", args.account.credentials.as_deref()),
        ("--metadata", args.metadata.as_deref()),
    ])?;
    let metadata = match &args.metadata {
        Some(text) => Some(input::object("--metadata", text, &session.directory).await?),
        None => None,
    };
    let new = NewConnection {
        provider: integration.provider.name.clone(),
        credentials: credentials(session, &args.account, &integration).await?,
        connection_config: settings(&args.account)?.unwrap_or_default(),
        metadata,
        key,
    };
    let store = database::open(session).await?;
    let lifecycle = lifecycle(session, &store, &integrations, integration).await?;
    let done = lifecycle.create(new).await;
    reply(session, done, FailedFunctions::of(args.strict))
}

/// Gives a connection new credentials.
pub(crate) async fn reconnect(session: &Session, args: &ReconnectArgs) -> Result<Reply, Failure> {
    let key = session.key(&args.target);
    reconnect_as(session, args, &key).await.map_err(|failure| match failure.code.as_ref() {
        "unknown_connection" => {
            failure.hint(format!("to make it: {}", database::with_credentials("create", &key)))
        }
        _ => failure,
    })
}

async fn reconnect_as(
    session: &Session,
    args: &ReconnectArgs,
    key: &ConnectionKey,
) -> Result<Reply, Failure> {
    let integrations = Integrations::load(&session.config)?;
    let (store, integration) = existing(session, key, &integrations).await?;
    let new = Reconnection {
        provider: integration.provider.name.clone(),
        credentials: credentials(session, &args.account, &integration).await?,
        connection_config: settings(&args.account)?,
    };
    let lifecycle = lifecycle(session, &store, &integrations, integration).await?;
    let done = lifecycle.reconnect(key, new).await;
    // A reconnect runs neither setup nor cleanup.
    reply(session, done, FailedFunctions::Warn)
}

/// Cleans up, then deletes a connection.
pub(crate) async fn delete(session: &Session, args: &DeleteArgs) -> Result<Reply, Failure> {
    let key = session.key(&args.target);
    let integrations = Integrations::load(&session.config)?;
    let (store, integration) = existing(session, &key, &integrations).await?;
    let lifecycle = lifecycle(session, &store, &integrations, integration).await?;
    let done = lifecycle.delete(&key).await;
    reply(session, done, FailedFunctions::of(args.strict))
}

/// The database, which must be there already, and the connection's integration. Whether the connection may be
/// changed is for the operation to decide: another process may still be creating it, and one whose credentials
/// are damaged can be deleted.
async fn existing(
    session: &Session,
    key: &ConnectionKey,
    integrations: &Integrations,
) -> Result<(Store, Arc<Integration>), Failure> {
    let found = database::open_existing(session).await?;
    let store = found.ok_or_else(|| database::unknown_connection(key))?;
    let provider = store.provider(key).await.map_err(|error| database::failure(&error))?;
    match (integrations.get_or(&key.integration, provider.as_deref()), provider) {
        (Ok(integration), _) => Ok((store, integration)),
        (Err(_), None) => Err(database::unknown_connection(key)),
        (Err(failure), Some(_)) => Err(failure),
    }
}

async fn credentials(
    session: &Session,
    args: &AccountArgs,
    integration: &Integration,
) -> Result<Credentials, Failure> {
    const FLAG: &str = "--credentials";
    let given = match &args.credentials {
        Some(value) => Some(input::secret_file(FLAG, value, &session.directory).await?),
        None => None,
    };
    given::credentials(given, integration, FLAG)
}

/// The connection's settings; `None` where no flag gives any.
fn settings(args: &AccountArgs) -> Result<Option<JsonObject>, Failure> {
    match args.connection_config.as_slice() {
        [] => Ok(None),
        pairs => input::pairs("--connection-config", pairs).map(Some),
    }
}

/// The operations, over the loaded project and the live host.
async fn lifecycle(
    session: &Session,
    store: &Store,
    integrations: &Integrations,
    own: Arc<Integration>,
) -> Result<Lifecycle, Failure> {
    let engine = loading::engine()?;
    let project = Arc::new(loading::project(&engine, session.folder()).await?);
    let mut configured = integrations.all(&session.integrations());
    configured.insert(own.key.clone(), own);
    let actions = rooms::actions(&session.config, &engine, &project);
    let live = live(session, store, Arc::new(configured), actions)?;
    Ok(Lifecycle::new(LifecycleOptions {
        store: store.clone(),
        runner: Arc::new(engine),
        project,
        hosts: live,
        limits: rooms::limits(&session.config),
        wait: OPERATION_WAIT,
    }))
}

/// Makes the live host of each run.
fn live(
    session: &Session,
    store: &Store,
    integrations: Arc<Configured>,
    actions: Arc<dyn ActionRunner>,
) -> Result<onevent_lifecycle::Hosts, Failure> {
    let proxy = rooms::proxy(&session.config)?;
    let store = store.clone();
    let variables = session.config.variables();
    Ok(Arc::new(move |invocation: &Invocation| {
        let facts = &invocation.connection;
        let host = LiveHost::new(LiveHostOptions {
            store: store.clone(),
            proxy: proxy.clone(),
            integrations: Arc::clone(&integrations),
            connection: ConnectionKey::new(
                invocation.environment.clone(),
                facts.integration.clone(),
                facts.connection_id.clone(),
            ),
            access: rooms::access(invocation.function.event()),
        });
        Arc::new(host.with_actions(Arc::clone(&actions)).with_variables(variables.clone()))
    }))
}

fn reply(
    session: &Session,
    done: Result<OperationReport, LifecycleError>,
    failed: FailedFunctions,
) -> Result<Reply, Failure> {
    let report = done.map_err(|error| failure(&error))?;
    let reply = Reply::new(&report, "")?;
    let mut text = String::new();
    for run in reply.document.get("runs").and_then(serde_json::Value::as_array).into_iter().flatten() {
        text.push_str(&render_run(&RunView::from_document(run)?, Sources::Project(session.folder())));
    }
    text.push_str(&summary(&report));
    WarningView::of(&reply.document).iter().for_each(|warning| text.push_str(&warning_line(warning)));
    Ok(Reply { text, ..reply }.exit(exit(&report, failed)))
}

/// What a setup or cleanup function that failed means for the exit code: the operation itself was done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum FailedFunctions {
    /// A warning.
    Warn,
    /// Exit 1: `--strict`.
    Fail,
}

impl FailedFunctions {
    fn of(strict: bool) -> Self {
        if strict { Self::Fail } else { Self::Warn }
    }
}

fn exit(report: &OperationReport, failed: FailedFunctions) -> ExitCode {
    match (report.accepted, report.runs.last()) {
        (Some(false), Some(decided)) => ExitCode::of_run(decided),
        (Some(false), None) => ExitCode::Rejected,
        (Some(true) | None, _) => {
            let any = report.warnings.iter().any(|warning| warning.code == WarningCode::FunctionFailed);
            if any && failed == FailedFunctions::Fail { ExitCode::Failed } else { ExitCode::Ok }
        }
    }
}

/// What became of the connection, after all that was done for it.
fn summary(report: &OperationReport) -> String {
    let name = paint(NAME, &format!("{}/{}", clean(report.integration.as_str()), report.connection_id));
    match (report.operation, report.accepted) {
        (Operation::Creation, Some(false)) => {
            format!("{} {name} was rejected: nothing is kept\n", paint(BAD, "✗"))
        }
        (Operation::Creation, _) => format!("{} {name} created\n", paint(GOOD, "✓")),
        (Operation::Override, Some(false)) => format!(
            "{} {name} was rejected: it is marked as an auth error until it is reconnected\n",
            paint(BAD, "✗")
        ),
        (Operation::Override, _) => format!("{} {name} reconnected\n", paint(GOOD, "✓")),
        (Operation::Deletion, _) => format!("{} {name} deleted\n", paint(GOOD, "✓")),
        (_, _) => format!("{name} done\n"),
    }
}

/// An operation that was not done.
fn failure(error: &LifecycleError) -> Failure {
    match error {
        LifecycleError::Store(error) => database::failure(error),
        LifecycleError::Broken { broken, .. } => {
            let failure = Failure::project("function_broken", error.to_string()).hint_if(error.hint());
            match broken.iter().find_map(|broken| loading::failure(&broken.error).place) {
                Some(place) => failure.at(*place),
                None => failure,
            }
        }
        LifecycleError::InvalidLimits { .. } => {
            Failure::usage("invalid_limits", error.to_string()).hint_if(error.hint())
        }
        other => {
            Failure::new(ExitCode::Internal, other.code().to_owned(), other.to_string()).hint_if(other.hint())
        }
    }
}
