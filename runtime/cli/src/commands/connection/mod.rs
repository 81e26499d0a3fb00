//! `onevent connection get` and `list`.

mod refresh;
mod upstream;

use anstyle::Style;
use onevent_contract::ConnectionError;
use onevent_store::{
    AuthError, ConnectionSummary, SetupState, StoredConnection, UnfinishedSetup, UpstreamConnection,
};
use serde::Serialize;
use serde_json::Value;

use self::refresh::RefreshDocument;
use self::upstream::UpstreamDocument;
use crate::args::{GetArgs, ListArgs};
use crate::failure::Failure;
use crate::output::{BAD, DIM, GOOD, NAME, Reply, Table, clean, paint, short, when};
use crate::session::{self, Session};

/// `docs/schemas/connection.json`.
#[derive(Debug, Serialize)]
struct Document<'a> {
    environment: &'a str,
    connection: Value,
    auth_error: Option<AuthErrorDocument<'a>>,
    unfinished_setup: Option<UnfinishedSetupDocument>,
    refresh: RefreshDocument<'a>,
}

/// A setup that has begun and not come to its end.
#[derive(Debug, Serialize)]
struct UnfinishedSetupDocument {
    state: &'static str,
    since: String,
}

impl From<UnfinishedSetup> for UnfinishedSetupDocument {
    fn from(setup: UnfinishedSetup) -> Self {
        let state = match setup.state {
            SetupState::Running => "running",
            SetupState::Waiting => "waiting",
            SetupState::Interrupted => "interrupted",
        };
        Self { state, since: setup.since.to_string() }
    }
}

/// Why a connection waits for a reconnect.
#[derive(Debug, Serialize)]
struct AuthErrorDocument<'a> {
    run_id: String,
    message: &'a str,
    at: String,
}

impl<'a> From<&'a AuthError> for AuthErrorDocument<'a> {
    fn from(error: &'a AuthError) -> Self {
        Self { run_id: error.run_id.to_string(), message: &error.message, at: error.at.to_string() }
    }
}

/// `docs/schemas/connection-list.json`.
#[derive(Debug, Serialize)]
struct ListDocument<'a> {
    environment: &'a str,
    connections: Vec<SummaryDocument<'a>>,
    /// What is known of the connections of the Nango that a server on this database stands in front of.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    upstream: Vec<UpstreamDocument<'a>>,
}

#[derive(Debug, Serialize)]
struct SummaryDocument<'a> {
    id: i64,
    connection_id: &'a str,
    provider_config_key: &'a str,
    provider: &'a str,
    errors: Vec<ConnectionError>,
    auth_error: Option<AuthErrorDocument<'a>>,
    unfinished_setup: Option<UnfinishedSetupDocument>,
    metadata: Option<&'a onevent_contract::JsonObject>,
    created_at: String,
    updated_at: String,
}

/// Shows one connection.
pub(crate) async fn get(session: &Session, args: &GetArgs) -> Result<Reply, Failure> {
    let store = session.existing_store().await?;
    let found = session::connection(store, &session.key(&args.target)).await?;
    let mut connection = found.connection.reveal();
    if !args.show_credentials {
        connection = session.service.integrations()?.redacted(&found.connection);
    }
    let text = describe(&found, &connection);
    let document = Document {
        environment: found.environment.as_str(),
        connection,
        auth_error: found.auth_error.as_ref().map(Into::into),
        unfinished_setup: found.unfinished_setup.map(Into::into),
        refresh: (&found.refresh).into(),
    };
    let reply = Reply::new(&document, text)?.data();
    Ok(if args.show_credentials {
        reply
    } else {
        reply.note("credentials are hidden; --show-credentials shows them\n")
    })
}

fn describe(found: &StoredConnection, shown: &Value) -> String {
    let connection = &found.connection;
    let mut text = format!(
        "{} {}\n",
        paint(NAME, connection.connection_id.as_str()),
        paint(DIM, &format!("{} · {}", connection.provider_config_key, found.environment)),
    );
    text.push_str(&match &found.auth_error {
        None => format!("  {}\n", paint(GOOD, "usable")),
        Some(error) => {
            let state = paint(BAD, "auth error (refresh_exhausted), needs a reconnect");
            format!(
                "  {state}\n    {} {}\n",
                clean(&error.message),
                paint(DIM, &format!("run {}", error.run_id))
            )
        }
    });
    if let Some(setup) = found.unfinished_setup {
        let since = paint(DIM, &format!("since {}", when(setup.since)));
        let (state, advice) = match setup.state {
            SetupState::Running => (paint(NAME, "its setup is running"), ""),
            SetupState::Waiting => {
                (paint(NAME, "its setup waits in the queue"), "    a server works on it (onevent serve)\n")
            }
            SetupState::Interrupted => {
                (paint(BAD, "its setup was interrupted"), "    delete and create it again to repeat it\n")
            }
        };
        text.push_str(&format!("  {state} {since}\n{advice}"));
    }
    let mut line = |name: &str, value: String| {
        text.push_str(format!("  {} {value}", paint(DIM, name)).trim_end());
        text.push('\n');
    };
    line("provider", clean(&connection.provider));
    line("created", when(connection.created_at));
    line("updated", when(connection.updated_at));
    refresh::describe(found, &mut line);
    for part in ["connection_config", "metadata", "credentials"] {
        let value = shown.get(part).cloned().unwrap_or_default();
        match value.as_object().filter(|object| !object.is_empty()) {
            None => line(part, if value.is_null() { "never written".into() } else { "empty".into() }),
            Some(object) => {
                line(part, String::new());
                for (key, value) in object {
                    line(&format!("  {}", clean(key)), short(value));
                }
            }
        }
    }
    text
}

/// Lists connections.
pub(crate) async fn list(session: &Session, args: &ListArgs) -> Result<Reply, Failure> {
    let environment = session.service.environment();
    let (found, upstream) = match session.existing_store().await? {
        Some(store) => {
            let upstream = store.upstream_connections(environment).await?;
            (store.connections(environment, args.integration.as_ref()).await?, upstream)
        }
        None => (Vec::new(), Vec::new()),
    };
    let is_meant = |one: &&UpstreamConnection| {
        args.integration.as_ref().is_none_or(|integration| one.key.integration == *integration)
    };
    let upstream: Vec<&UpstreamConnection> = upstream.iter().filter(is_meant).collect();
    let document = ListDocument {
        environment: environment.as_str(),
        connections: found.iter().map(summary).collect(),
        upstream: upstream.iter().map(|one| UpstreamDocument::from(*one)).collect(),
    };
    if found.is_empty() && upstream.is_empty() {
        return Ok(Reply::new(&document, "")?.note(&format!("no connections in {environment}\n")));
    }
    Reply::new(&document, table(&found, &upstream))
}

fn summary(found: &ConnectionSummary) -> SummaryDocument<'_> {
    SummaryDocument {
        id: found.id,
        connection_id: found.key.connection_id.as_str(),
        provider_config_key: found.key.integration.as_str(),
        provider: &found.provider,
        errors: found.auth_error.iter().map(AuthError::as_connection_error).collect(),
        auth_error: found.auth_error.as_ref().map(Into::into),
        unfinished_setup: found.unfinished_setup.map(Into::into),
        metadata: found.metadata.as_ref(),
        created_at: found.created_at.to_string(),
        updated_at: found.updated_at.to_string(),
    }
}

fn table(found: &[ConnectionSummary], upstream: &[&UpstreamConnection]) -> String {
    let mut table = Table::new(&["integration", "connection", "state", "updated"]);
    for connection in found {
        let state = match (&connection.auth_error, connection.unfinished_setup) {
            (Some(_), _) => (BAD, "auth error".to_owned()),
            (None, Some(setup)) => match setup.state {
                SetupState::Running => (NAME, "setup running".to_owned()),
                SetupState::Waiting => (NAME, "setup waiting".to_owned()),
                SetupState::Interrupted => (BAD, "setup interrupted".to_owned()),
            },
            (None, None) => (GOOD, "usable".to_owned()),
        };
        table.row([
            (Style::new(), connection.key.integration.to_string()),
            (NAME, connection.key.connection_id.to_string()),
            state,
            (DIM, when(connection.updated_at)),
        ]);
    }
    upstream.iter().for_each(|one| table.row(upstream::row(one)));
    table.render()
}
