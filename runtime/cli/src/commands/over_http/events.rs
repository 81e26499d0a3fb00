//! `onevent events … --server`.

use http::Method;
use serde_json::{Value, json};

use crate::args::{
    EventsAuditArgs, EventsFilterArgs, EventsListArgs, EventsOneArgs, EventsReplayArgs, EventsSkipArgs,
};
use crate::commands::events;
use crate::failure::Failure;
use crate::output::Reply;
use crate::server_api::ServerApi;

/// Parameters of a query.
type Query = Vec<(&'static str, String)>;

/// Lists events, the newest first.
pub(super) async fn list(server: &ServerApi, args: &EventsListArgs) -> Result<Reply, Failure> {
    let mut query = filter(&args.filter);
    query.extend(args.state.iter().map(|state| ("state", state.clone())));
    events::listed(&ask(server, Method::GET, &["events"], &query).await?)
}

/// Shows one with the report of every attempt.
pub(super) async fn show(server: &ServerApi, args: &EventsOneArgs) -> Result<Reply, Failure> {
    events::shown(&ask(server, Method::GET, &["events", &args.id], &Query::new()).await?)
}

/// Puts events back into the queue.
pub(super) async fn replay(server: &ServerApi, args: &EventsReplayArgs) -> Result<Reply, Failure> {
    if args.run {
        return Err(Failure::usage("server_runs", "--run: the server runs what is in its queue"));
    }
    let on = ("on", onevent_lifecycle::ReplayOn::from(args.on).as_str().to_owned());
    let document = match &args.target.id {
        Some(id) => {
            let answer = ask(server, Method::POST, &["events", id, "replay"], &vec![on]).await?;
            let mut document = one(&answer);
            if let (Some(fields), Some(on)) = (document.as_object_mut(), answer.get("on")) {
                fields.insert("on".into(), on.clone());
            }
            document
        }
        None => {
            let query: Query = filter(&args.target.filter).into_iter().chain([on]).collect();
            ask(server, Method::POST, &["events", "replay"], &query).await?
        }
    };
    events::decided_reply(&document, "put back into the queue")
}

/// Decides that events will not be done.
pub(super) async fn skip(server: &ServerApi, args: &EventsSkipArgs) -> Result<Reply, Failure> {
    let document = match &args.target.id {
        Some(id) => one(&ask(server, Method::POST, &["events", id, "skip"], &Query::new()).await?),
        None => ask(server, Method::POST, &["events", "skip"], &filter(&args.target.filter)).await?,
    };
    events::decided_reply(&document, "skipped")
}

/// Lists what was decided, the newest first.
pub(super) async fn audit(server: &ServerApi, args: &EventsAuditArgs) -> Result<Reply, Failure> {
    let mut query = vec![("limit", args.limit.to_string())];
    query.extend(args.event.iter().map(|event| ("event", event.clone())));
    events::audited(&ask(server, Method::GET, &["events", "audit"], &query).await?)
}

async fn ask(server: &ServerApi, method: Method, path: &[&str], query: &Query) -> Result<Value, Failure> {
    let query: Vec<(&str, &str)> = query.iter().map(|(name, value)| (*name, value.as_str())).collect();
    server.ask(method, path, &query, None).await
}

/// The answer about one event, as that about several.
fn one(answer: &Value) -> Value {
    let id = answer.get("id").cloned().unwrap_or_default();
    json!({ "events": [{ "id": id, "error": null }] })
}

fn filter(args: &EventsFilterArgs) -> Query {
    let mut query = vec![("limit", args.limit.to_string())];
    query.extend(args.kind.iter().map(|kind| ("kind", kind.clone())));
    query.extend(args.function.iter().map(|function| ("function", function.to_string())));
    query.extend(args.integration.iter().map(|integration| ("integrationId", integration.to_string())));
    query.extend(args.connection.iter().map(|connection| ("connectionId", connection.to_string())));
    query
}
