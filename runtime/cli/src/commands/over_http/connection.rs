//! `onevent connection … --server`.

use anstyle::Style;
use http::Method;
use onevent_contract::{EnvironmentName, JsonObject};
use serde::Serialize;
use serde_json::{Value, json};

use crate::args::{AccountArgs, CreateArgs, DeleteArgs, GetArgs, ListArgs, ReconnectArgs, Target};
use crate::exit::ExitCode;
use crate::failure::Failure;
use crate::input;
use crate::output::{BAD, DIM, GOOD, NAME, Reply, Table, clean, paint, short};
use crate::server_api::{Precondition, Refusal, ServerApi};
use crate::session::Session;

/// How the server calls a validation that did not accept.
const REJECTED: &str = "connection_validation_failed";

/// What an operation did, as far as the server tells: its runs are in `onevent runs`.
#[derive(Serialize)]
struct Operated<'a> {
    operation: &'static str,
    environment: &'a EnvironmentName,
    integration: &'a str,
    connection_id: &'a str,
    accepted: Option<bool>,
    message: Option<String>,
    runs: [Value; 0],
    warnings: [Value; 0],
}

/// Creates a connection; one that is there already is left alone.
pub(super) async fn create(
    session: &Session,
    server: &ServerApi,
    args: &CreateArgs,
) -> Result<Reply, Failure> {
    input::one_from_stdin(&[
        ("--credentials", args.account.credentials.as_deref()),
        ("--metadata", args.metadata.as_deref()),
    ])?;
    let mut body = body(session, &args.target, &args.account).await?;
    if let Some(text) = &args.metadata {
        let metadata = input::object("--metadata", text, &session.directory).await?;
        body.insert("metadata".into(), Value::Object(metadata));
    }
    let answer = import(server, Precondition::IsNew, body).await?;
    operated(session, &args.target, "creation", answer)
}

/// Gives a connection new credentials. Its metadata stays.
pub(super) async fn reconnect(
    session: &Session,
    server: &ServerApi,
    args: &ReconnectArgs,
) -> Result<Reply, Failure> {
    let body = body(session, &args.target, &args.account).await?;
    let answer = import(server, Precondition::IsThere, body).await?;
    operated(session, &args.target, "override", answer)
}

/// Cleans up, then deletes a connection.
pub(super) async fn delete(
    session: &Session,
    server: &ServerApi,
    args: &DeleteArgs,
) -> Result<Reply, Failure> {
    let Target { integration, connection_id } = &args.target;
    let path = ["connections", connection_id.as_str()];
    let query = [("provider_config_key", integration.as_str())];
    server.ask(Method::DELETE, &path, &query, None).await?;
    operated(session, &args.target, "deletion", Ok(Value::Null))
}

/// Shows a connection.
pub(super) async fn get(session: &Session, server: &ServerApi, args: &GetArgs) -> Result<Reply, Failure> {
    let Target { integration, connection_id } = &args.target;
    let path = ["connections", connection_id.as_str()];
    let query = [("provider_config_key", integration.as_str())];
    let mut connection = server.ask(Method::GET, &path, &query, None).await?;
    let mut note = "";
    if !args.show_credentials
        && let Some(credentials) = connection.get_mut("credentials").and_then(Value::as_object_mut)
    {
        // Nothing here knows the provider's template, so nothing is shown but the names.
        credentials
            .iter_mut()
            .filter(|(name, _)| *name != "type")
            .for_each(|(_, value)| *value = "[redacted]".into());
        note = "credentials are hidden; --show-credentials shows them\n";
    }
    let mut text = format!(
        "{} {}\n",
        paint(NAME, connection_id.as_str()),
        paint(DIM, &format!("{integration} · {}", session.service.environment()))
    );
    let unusable =
        connection.get("errors").and_then(Value::as_array).is_some_and(|errors| !errors.is_empty());
    let state = if unusable { paint(BAD, "auth error, needs a reconnect") } else { paint(GOOD, "usable") };
    text.push_str(&format!("  {state}\n"));
    for (name, value) in connection.as_object().into_iter().flatten() {
        text.push_str(&format!("  {} {}\n", paint(DIM, &clean(name)), clean(&short(value))));
    }
    // Why it needs a reconnect, and whether its setup is done, are not among what the server tells: nothing is said.
    let document = json!({ "environment": session.service.environment(), "connection": connection });
    Ok(Reply::new(&document, text)?.data().note(note))
}

/// Lists connections.
pub(super) async fn list(session: &Session, server: &ServerApi, args: &ListArgs) -> Result<Reply, Failure> {
    let query: Vec<(&str, &str)> =
        args.integration.iter().map(|integration| ("integrationId", integration.as_str())).collect();
    let answer = server.ask(Method::GET, &["connections"], &query, None).await?;
    let mut connections = answer.get("connections").cloned().unwrap_or_default();
    // As everywhere else in documents.
    for connection in connections.as_array_mut().into_iter().flatten().filter_map(Value::as_object_mut) {
        if let Some(created) = connection.shift_remove("created") {
            connection.insert("created_at".into(), created);
        }
    }
    let mut table = Table::new(&["integration", "connection", "state", "created"]);
    for connection in connections.as_array().into_iter().flatten() {
        let text = |name: &str| clean(connection.get(name).and_then(Value::as_str).unwrap_or_default());
        let errors = connection.get("errors").and_then(Value::as_array);
        let state = if errors.is_some_and(|errors| !errors.is_empty()) {
            (BAD, "auth error".to_owned())
        } else {
            (GOOD, "usable".to_owned())
        };
        table.row([
            (Style::new(), text("provider_config_key")),
            (NAME, text("connection_id")),
            state,
            (DIM, text("created_at")),
        ]);
    }
    let environment = session.service.environment();
    let is_empty = connections.as_array().is_none_or(Vec::is_empty);
    let document = json!({ "environment": environment, "connections": connections });
    let reply = Reply::new(&document, if is_empty { String::new() } else { table.render() })?;
    Ok(if is_empty { reply.note(&format!("no connections in {environment}\n")) } else { reply })
}

async fn body(session: &Session, target: &Target, account: &AccountArgs) -> Result<JsonObject, Failure> {
    const FLAG: &str = "--credentials";
    let credentials = match &account.credentials {
        Some(value) => input::secret_file(FLAG, value, &session.directory).await?,
        None => json!({ "type": "NONE" }),
    };
    let mut body = JsonObject::from_iter([
        ("provider_config_key".to_owned(), json!(target.integration)),
        ("connection_id".to_owned(), json!(target.connection_id)),
        ("credentials".to_owned(), credentials),
    ]);
    if !account.connection_config.is_empty() {
        let config = input::pairs("--connection-config", &account.connection_config)?;
        body.insert("connection_config".into(), Value::Object(config));
    }
    Ok(body)
}

async fn import(
    server: &ServerApi,
    precondition: Precondition,
    body: JsonObject,
) -> Result<Result<Value, Refusal>, Failure> {
    match server.import(precondition, &Value::Object(body)).await? {
        Err(refusal) if refusal.code != REJECTED => Err(refused(precondition, refusal)),
        answer => Ok(answer),
    }
}

fn refused(precondition: Precondition, refusal: Refusal) -> Failure {
    let is_unmet = refusal.status == 412;
    let failure = Failure::from(refusal);
    match precondition {
        Precondition::IsNew if is_unmet => {
            failure.hint("to give it new credentials, use `connection reconnect`")
        }
        Precondition::IsThere if is_unmet => failure.hint("to make it, use `connection create`"),
        Precondition::IsNew | Precondition::IsThere => failure,
    }
}

fn operated(
    session: &Session,
    target: &Target,
    operation: &'static str,
    answer: Result<Value, Refusal>,
) -> Result<Reply, Failure> {
    let message = answer.err().map(|refusal| refusal.message);
    let accepted = (operation != "deletion").then_some(message.is_none());
    let name = paint(NAME, &format!("{}/{}", clean(target.integration.as_str()), target.connection_id));
    let text = match (operation, &message) {
        ("creation", None) => format!("{} {name} created; its setup runs on the server\n", paint(GOOD, "✓")),
        ("override", None) => format!("{} {name} reconnected\n", paint(GOOD, "✓")),
        (_, None) => format!("{} {name} deleted\n", paint(GOOD, "✓")),
        (_, Some(message)) => format!("{} {name} was rejected: {}\n", paint(BAD, "✗"), clean(message)),
    };
    let exit = if message.is_some() { ExitCode::Rejected } else { ExitCode::Ok };
    let document = Operated {
        operation,
        environment: session.service.environment(),
        integration: target.integration.as_str(),
        connection_id: target.connection_id.as_str(),
        accepted,
        message,
        runs: [],
        warnings: [],
    };
    Ok(Reply::new(&document, text)?.exit(exit))
}
