//! `onevent connection create`, `reconnect` and `delete`.

use onevent_app::ServiceError;
use onevent_contract::{ConnectionDetails, Credentials, JsonObject, Operation, Warning, WarningCode};
use onevent_lifecycle::{LifecycleError, OperationReport};
use onevent_proxy::Integration;
use onevent_store::{ConnectionKey, DetailsPatch, NewConnection, Reconnection, StoreError};

use crate::args::{AccountArgs, CreateArgs, DeleteArgs, ReconnectArgs};
use crate::exit::ExitCode;
use crate::failure::{Failure, with_credentials};
use crate::input;
use crate::output::{
    BAD, GOOD, NAME, Reply, RunView, Sources, WarningView, clean, paint, render_run, warning_line,
};
use crate::session::Session;

/// Creates a connection.
pub(crate) async fn create(session: &Session, args: &CreateArgs) -> Result<Reply, Failure> {
    let key = session.key(&args.target);
    let integration = session.service.integration(&key.integration)?;
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
        details: ConnectionDetails::default(),
        key,
    };
    reply(session, session.service.create(new).await?, Strictness::of(args.strict))
}

/// Gives a connection new credentials.
pub(crate) async fn reconnect(session: &Session, args: &ReconnectArgs) -> Result<Reply, Failure> {
    let key = session.key(&args.target);
    let missing = |error: ServiceError| missing(error, &key);
    let integration = session.service.integration_of(&key).await.map_err(missing)?;
    let new = Reconnection {
        provider: integration.provider.name.clone(),
        credentials: credentials(session, &args.account, &integration).await?,
        connection_config: settings(&args.account)?,
        details: DetailsPatch::default(),
        metadata: None,
    };
    let done = session.service.reconnect(&key, new).await.map_err(missing)?;
    reply(session, done, Strictness::of(args.strict))
}

/// The failure of a reconnect; who has no such connection is told how to make it.
fn missing(error: ServiceError, key: &ConnectionKey) -> Failure {
    let is_missing = matches!(
        &error,
        ServiceError::Store(StoreError::UnknownConnection { .. })
            | ServiceError::Lifecycle(LifecycleError::Store(StoreError::UnknownConnection { .. }))
    );
    let failure = Failure::from(error);
    if is_missing {
        failure.hint(format!("to make it: {}", with_credentials("create", key)))
    } else {
        failure
    }
}

/// Cleans up, then deletes a connection.
pub(crate) async fn delete(session: &Session, args: &DeleteArgs) -> Result<Reply, Failure> {
    let done = session.service.delete(&session.key(&args.target)).await?;
    reply(session, done, Strictness::of(args.strict))
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
    crate::credentials::credentials(given, integration, FLAG)
}

/// The connection's settings; `None` where no flag gives any.
fn settings(args: &AccountArgs) -> Result<Option<JsonObject>, Failure> {
    match args.connection_config.as_slice() {
        [] => Ok(None),
        pairs => input::pairs("--connection-config", pairs).map(Some),
    }
}

fn reply(session: &Session, report: OperationReport, strictness: Strictness) -> Result<Reply, Failure> {
    let reply = Reply::new(&report, "")?;
    let mut text = String::new();
    for run in reply.document.get("runs").and_then(serde_json::Value::as_array).into_iter().flatten() {
        text.push_str(&render_run(&RunView::from_document(run)?, Sources::Project(session.folder())));
    }
    let is_staged = session.service.settings().staged_credentials.value;
    text.push_str(&summary(&report, is_staged));
    WarningView::of(&reply.document).iter().for_each(|warning| text.push_str(&warning_line(warning)));
    Ok(Reply { text, ..reply }.exit(exit(&report, strictness)))
}

/// What a warning about the operation's own work means for the exit code: the operation itself was done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Strictness {
    /// Nothing.
    Lenient,
    /// Exit 1: `--strict`.
    Strict,
}

impl Strictness {
    fn of(strict: bool) -> Self {
        if strict { Self::Strict } else { Self::Lenient }
    }
}

fn exit(report: &OperationReport, strictness: Strictness) -> ExitCode {
    match (report.accepted, report.runs.last()) {
        (Some(false), Some(decided)) => ExitCode::of_run(decided),
        (Some(false), None) => ExitCode::Rejected,
        (Some(true) | None, _) => {
            let of_runs = report.runs.iter().flat_map(|run| &run.warnings);
            let any = report.warnings.iter().chain(of_runs).any(leaves_doubt);
            if any && strictness == Strictness::Strict { ExitCode::Failed } else { ExitCode::Ok }
        }
    }
}

/// Whether something that was to be done may not have been: a setup or cleanup failed, or a function did not wait for
/// the answers to what it had asked.
fn leaves_doubt(warning: &Warning) -> bool {
    matches!(warning.code, WarningCode::FunctionFailed | WarningCode::CallsNotAwaited)
}

/// What became of the connection, after all that was done for it.
fn summary(report: &OperationReport, is_staged: bool) -> String {
    let name = paint(NAME, &format!("{}/{}", clean(report.integration.as_str()), report.connection_id));
    match (report.operation, report.accepted) {
        (Operation::Creation, Some(false)) => {
            format!("{} {name} was rejected: nothing is kept\n", paint(BAD, "✗"))
        }
        (Operation::Creation, _) => format!("{} {name} created\n", paint(GOOD, "✓")),
        (Operation::Override, Some(false)) if is_staged => {
            format!("{} {name} was rejected: it is as it was before\n", paint(BAD, "✗"))
        }
        (Operation::Override, Some(false)) => format!(
            "{} {name} was rejected: it is marked as an auth error until it is reconnected\n",
            paint(BAD, "✗")
        ),
        (Operation::Override, _) => format!("{} {name} reconnected\n", paint(GOOD, "✓")),
        (Operation::Deletion, _) => format!("{} {name} deleted\n", paint(GOOD, "✓")),
        (_, _) => format!("{name} done\n"),
    }
}
