//! `onevent functions`: what the project has, the broken ones with their errors.

use anstyle::Style;
use onevent_contract::{Event, Function, FunctionKind};
use onevent_engine::{BrokenFunction, Project};
use serde::Serialize;
use serde_json::Value;

use crate::args::FunctionsArgs;
use crate::exit::ExitCode;
use crate::failure::Failure;
use crate::output::{DIM, ErrorBody, NAME, Reply, Table, render_failure};

/// `docs/schemas/functions.json`.
#[derive(Debug, Serialize)]
struct Document<'a> {
    functions: Vec<FunctionDocument<'a>>,
    broken: Vec<BrokenDocument<'a>>,
    /// Functions of a kind that onevent does not run: syncs.
    unsupported: Vec<BrokenDocument<'a>>,
    /// What the project's author should know, and no function fails for.
    notes: &'a [String],
}

#[derive(Debug, Serialize)]
struct FunctionDocument<'a> {
    function: &'a str,
    integration: &'a str,
    /// `on-event` or `action`.
    kind: &'static str,
    event: Option<&'static str>,
    description: Option<&'a str>,
    file: &'a str,
    metadata_schema: Option<&'a Value>,
    /// Only of an action.
    input_schema: Option<&'a Value>,
    output_schema: Option<&'a Value>,
}

#[derive(Debug, Serialize)]
struct BrokenDocument<'a> {
    file: &'a str,
    integration: Option<&'a str>,
    function: Option<&'a str>,
    error: ErrorBody<'a>,
}

/// Lists a loaded project.
pub(crate) fn run(args: &FunctionsArgs, project: &Project) -> Result<Reply, Failure> {
    let errors = project.broken.iter().map(|broken| (broken, Failure::from(&broken.error)));
    let (unsupported, broken): (Vec<_>, Vec<_>) = errors.partition(|(broken, _)| broken.is_unsupported());
    let document = Document {
        functions: project.functions.iter().map(|function| described(function)).collect(),
        broken: broken.iter().map(|(broken, failure)| broke(broken, failure)).collect(),
        unsupported: unsupported.iter().map(|(broken, failure)| broke(broken, failure)).collect(),
        notes: &project.notes,
    };
    let mut reply = Reply::new(&document, table(project))?;
    for (_, failure) in &broken {
        reply = reply.complain(&render_failure(failure));
    }
    for (_, failure) in &unsupported {
        reply = reply.note(&format!("note: {}\n", failure.message));
    }
    for note in &project.notes {
        reply = reply.note(&format!("note: {note}\n"));
    }
    if project.functions.is_empty() && project.broken.is_empty() {
        reply = reply.note("index.ts imports no functions\n");
    }
    let exit = if args.lenient || broken.is_empty() { ExitCode::Ok } else { ExitCode::Project };
    Ok(reply.exit(exit))
}

fn described(function: &Function) -> FunctionDocument<'_> {
    let (input, output) = match &function.kind {
        FunctionKind::Action { input, output } => (input.as_ref(), output.as_ref()),
        _ => (None, None),
    };
    FunctionDocument {
        function: function.key.name.as_str(),
        integration: function.key.integration.as_str(),
        kind: function.kind.as_str(),
        event: function.event().map(Event::as_str),
        description: function.description.as_deref(),
        file: &function.path,
        metadata_schema: function.metadata_schema.as_ref().map(|schema| &schema.json_schema),
        input_schema: input.map(|schema| &schema.json_schema),
        output_schema: output.map(|schema| &schema.json_schema),
    }
}

fn broke<'a>(broken: &'a BrokenFunction, failure: &'a Failure) -> BrokenDocument<'a> {
    BrokenDocument {
        file: &broken.path,
        integration: broken.key.as_ref().map(|key| key.integration.as_str()),
        function: broken.key.as_ref().map(|key| key.name.as_str()),
        error: failure.into(),
    }
}

fn table(project: &Project) -> String {
    if project.functions.is_empty() {
        return String::new();
    }
    let mut table = Table::new(&["function", "kind", "event", "description"]);
    for function in &project.functions {
        table.row([
            (NAME, function.key.to_string()),
            (Style::new(), function.kind.as_str().to_owned()),
            (Style::new(), function.event().map_or("", Event::as_str).to_owned()),
            (DIM, function.description.clone().unwrap_or_default()),
        ]);
    }
    table.render()
}
