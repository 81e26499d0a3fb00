//! `onevent runs … --server`.

use anstyle::Style;
use http::Method;
use serde_json::{Value, json};

use crate::args::{RunsListArgs, RunsShowArgs};
use crate::failure::Failure;
use crate::output::{BAD, DIM, GOOD, NAME, Reply, RunView, Sources, Table, clean, render_run, took};
use crate::server_api::ServerApi;
use crate::session::Session;

/// Lists the server's runs, the newest first.
pub(super) async fn list(
    session: &Session,
    server: &ServerApi,
    args: &RunsListArgs,
) -> Result<Reply, Failure> {
    let limit = args.limit.to_string();
    let mut query = vec![("limit", limit.as_str())];
    query.extend(args.connection.iter().map(|id| ("connectionId", id.as_str())));
    query.extend(args.outcome.iter().map(|outcome| ("outcome", outcome.as_str())));
    if let Some(function) = &args.function {
        let (integration, name) = function
            .rsplit_once('/')
            .map_or((None, function.as_str()), |(integration, name)| (Some(integration), name));
        query.extend(integration.map(|integration| ("integrationId", integration)));
        query.push(("function", name));
    }
    let answer = server.ask(Method::GET, &["runs"], &query, None).await?;
    let runs = answer.get("runs").cloned().unwrap_or_default();
    let environment = session.service.environment();
    let document = json!({ "environment": environment, "runs": runs });
    let Some(found) = runs.as_array().filter(|runs| !runs.is_empty()) else {
        return Ok(Reply::new(&document, "")?.note(&format!("no such runs in {environment}\n")));
    };
    let mut table = Table::new(&["run", "function", "connection", "outcome", "took", "started"]);
    for run in found {
        let text = |name: &str| clean(run.get(name).and_then(Value::as_str).unwrap_or_default());
        let outcome = text("outcome");
        let style = if outcome == "succeeded" { GOOD } else { BAD };
        table.row([
            (NAME, text("run_id")),
            (Style::new(), format!("{}/{}", text("integration"), text("function"))),
            (Style::new(), text("connection_id")),
            (style, outcome),
            (DIM, took(run.get("wall_ms").and_then(Value::as_f64).unwrap_or_default())),
            (DIM, text("started_at")),
        ]);
    }
    Reply::new(&document, table.render())
}

/// Shows one run's report.
pub(super) async fn show(server: &ServerApi, args: &RunsShowArgs) -> Result<Reply, Failure> {
    let report = server.ask(Method::GET, &["runs", &args.run_id], &[], None).await?;
    let view = RunView::from_document(&report)?;
    Reply::new(&report, render_run(&view, Sources::Changed))
}
