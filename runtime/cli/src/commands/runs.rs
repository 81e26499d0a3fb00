//! `onevent runs list` and `show`.

use anstyle::Style;
use onevent_app::{ListedRun, suggest};
use onevent_contract::{FunctionName, IntegrationId, Outcome};
use onevent_store::{RunFilter, RunSummary};
use serde::Serialize;

use crate::args::{RunsListArgs, RunsShowArgs};
use crate::exit::ExitCode;
use crate::failure::Failure;
use crate::output::{BAD, DIM, GOOD, NAME, Reply, RunView, Sources, Table, render_run, took, when};
use crate::session::Session;

/// `docs/schemas/runs-list.json`.
#[derive(Debug, Serialize)]
struct Document<'a> {
    environment: &'a str,
    runs: Vec<ListedRun>,
}

/// Lists kept runs, the newest first.
pub(crate) async fn list(session: &Session, args: &RunsListArgs) -> Result<Reply, Failure> {
    let filter = filter(session, args)?;
    let found = match session.existing_store().await? {
        Some(store) => store.runs(&filter).await?,
        None => Vec::new(),
    };
    let environment = session.service.environment().as_str();
    let document = Document { environment, runs: found.iter().map(ListedRun::from).collect() };
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
    let found = match session.existing_store().await? {
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
