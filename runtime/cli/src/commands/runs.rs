//! `onevent runs list` and `show`.

use anstyle::Style;
use onevent_contract::{Event, FunctionName, IntegrationId, Outcome};
use onevent_store::{RunFilter, RunSummary};
use serde::Serialize;

use crate::args::{RunsListArgs, RunsShowArgs};
use crate::exit::ExitCode;
use crate::failure::Failure;
use crate::output::{BAD, DIM, GOOD, NAME, Reply, RunView, Sources, Table, render_run, took, when};
use crate::session::Session;
use onevent_app::suggest;

/// `docs/schemas/runs-list.json`.
#[derive(Debug, Serialize)]
struct Document<'a> {
    environment: &'a str,
    runs: Vec<RunDocument<'a>>,
}

#[derive(Debug, Serialize)]
struct RunDocument<'a> {
    run_id: String,
    attempt: u32,
    integration: &'a str,
    function: &'a str,
    event: Option<&'static str>,
    connection_id: &'a str,
    outcome: &'static str,
    started_at: String,
    wall_ms: f64,
    caller_run_id: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    deployment: Option<&'a str>,
}

/// Lists kept runs, the newest first.
pub(crate) async fn list(session: &Session, args: &RunsListArgs) -> Result<Reply, Failure> {
    let filter = filter(session, args)?;
    let found = match session.service.existing_store().await? {
        Some(store) => store.runs(&filter).await?,
        None => Vec::new(),
    };
    let environment = session.service.environment().as_str();
    let document = Document { environment, runs: found.iter().map(summary).collect() };
    if found.is_empty() {
        return Ok(Reply::new(&document, "")?.note(&format!("no such runs in {environment}\n")));
    }
    let reply = Reply::new(&document, table(&found))?;
    let full = u32::try_from(found.len()).is_ok_and(|count| count == args.limit);
    Ok(if full { reply.note("there may be more; --limit N shows more of them\n") } else { reply })
}

fn filter(session: &Session, args: &RunsListArgs) -> Result<RunFilter, Failure> {
    let mut filter = RunFilter::of(session.service.environment().clone());
    filter.connection_id = args.connection.clone();
    filter.limit = args.limit;
    if let Some(text) = &args.function {
        let (integration, name) = match text.rsplit_once('/') {
            Some((integration, name)) => (Some(integration), name),
            None => (None, text.as_str()),
        };
        let wrong = |error: onevent_contract::NameError| {
            Failure::usage("invalid_name", format!("--function: {error}"))
        };
        filter.integration = integration.map(IntegrationId::new).transpose().map_err(wrong)?;
        filter.function = Some(FunctionName::new(name).map_err(wrong)?);
    }
    if let Some(text) = &args.outcome {
        let outcome = Outcome::from_name(text).ok_or_else(|| {
            let known = ["succeeded", "rejected", "failed", "stopped", "unknown"];
            Failure::usage("unknown_outcome", format!("--outcome: there is no outcome `{text}`"))
                .hint_if(suggest::hint(text, known))
        })?;
        filter.outcome = Some(outcome);
    }
    Ok(filter)
}

fn summary(run: &RunSummary) -> RunDocument<'_> {
    RunDocument {
        run_id: run.run_id.to_string(),
        attempt: run.attempt,
        integration: run.function.integration.as_str(),
        function: run.function.name.as_str(),
        event: run.event.map(Event::as_str),
        connection_id: run.connection.connection_id.as_str(),
        outcome: run.outcome.as_str(),
        started_at: run.started_at.to_string(),
        wall_ms: run.wall.as_secs_f64() * 1000.0,
        caller_run_id: run.caller_run_id.map(|caller| caller.to_string()),
        deployment: run.deployment.as_deref(),
    }
}

fn table(found: &[RunSummary]) -> String {
    let heading = ["run", "function", "connection", "outcome", "took", "started", "triggered by"];
    // Most projects have no actions, and most terminals no room for a second id.
    let any_triggered = found.iter().any(|run| run.caller_run_id.is_some());
    let columns = if any_triggered { heading.len() } else { heading.len() - 1 };
    let mut table = Table::new(heading.get(..columns).unwrap_or(&heading));
    for run in found {
        let style = if run.outcome == Outcome::Succeeded { GOOD } else { BAD };
        table.row([
            (NAME, run.run_id.to_string()),
            (Style::new(), run.function.to_string()),
            (Style::new(), run.connection.connection_id.to_string()),
            (style, run.outcome.as_str().to_owned()),
            (DIM, took(run.wall.as_secs_f64() * 1000.0)),
            (DIM, when(run.started_at)),
            (DIM, run.caller_run_id.map_or_else(String::new, |caller| caller.to_string())),
        ]);
    }
    table.render()
}

/// Shows one run's report.
pub(crate) async fn show(session: &Session, args: &RunsShowArgs) -> Result<Reply, Failure> {
    let found = match session.service.existing_store().await? {
        Some(store) => store.run(&args.run_id).await?,
        None => None,
    };
    let Some(found) = found else {
        let failure =
            Failure::new(ExitCode::Failed, "unknown_run", format!("there is no run `{}`", args.run_id));
        return Err(failure.hint("`onevent runs list` shows what there is; dry runs are not kept"));
    };
    let view = RunView::from_document(&found.report)?;
    Reply::new(&found.report, render_run(&view, Sources::Changed))
}
