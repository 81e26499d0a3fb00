//! What a dry run answers: its report, and what an action returned.

use onevent_contract::RunReport;
use serde_json::Value;

use crate::exit::ExitCode;
use crate::failure::Failure;
use crate::output::{Reply, RunView, Sources, clean, render_run, wrap};
use crate::session::Session;

/// The report in both forms.
///
/// # Errors
/// When it cannot be written as JSON: a bug.
pub(super) fn reply(session: &Session, report: &RunReport) -> Result<Reply, Failure> {
    let reply = Reply::new(report, "")?;
    let view = RunView::from_document(&reply.document)?;
    let mut text = wrap(&render_run(&view, Sources::Project(session.folder())));
    if let Some(output) = &report.output {
        text.push_str(&render_output(output));
    }
    // What the function returned stays as it is.
    Ok(Reply { text, ..reply }.data().exit(ExitCode::of_run(report)))
}

/// What an action returned, for people: its JSON, as it can be copied.
fn render_output(output: &Value) -> String {
    // With the alternate form, JSON is laid out over lines.
    format!("\n{}\n", clean(&format!("{output:#}")))
}
