//! The documents about deployments, as people read them: this machine's and a server's are the same.

use anstyle::Style;
use jiff::Timestamp;
use onevent_lifecycle::deployments::ChangeKind;
use serde::Deserialize;
use serde_json::Value;

use crate::failure::Failure;
use crate::output::{BAD, ChangeView, DIM, GOOD, NAME, Reply, Table, change_style, clean, paint, when};

fn read<'de, T: Deserialize<'de>>(document: &'de Value) -> Result<T, Failure> {
    T::deserialize(document).map_err(|error| Failure::internal(error.to_string()))
}

#[derive(Debug, Deserialize)]
struct List {
    environment: String,
    history: Vec<Entry>,
}

#[derive(Debug, Deserialize)]
struct Entry {
    deployment: String,
    act: String,
    at: Timestamp,
    client: String,
    message: Option<String>,
}

/// Which deployments an environment ran. The first is the active one.
pub(crate) fn listed(document: &Value) -> Result<Reply, Failure> {
    let List { environment, history } = read(document)?;
    if history.is_empty() {
        let note = format!("nothing is deployed to {}\n", clean(&environment));
        return Ok(Reply::new(document, "")?.note(&note));
    }
    let mut table = Table::new(&["deployment", "since", "by", "client", "message"]);
    for (number, entry) in history.iter().enumerate() {
        let name = if number == 0 { GOOD } else { NAME };
        table.row([
            (name, clean(&entry.deployment)),
            (DIM, when(entry.at)),
            (Style::new(), clean(&entry.act)),
            (DIM, clean(&entry.client)),
            (Style::new(), clean(entry.message.as_deref().unwrap_or_default())),
        ]);
    }
    Reply::new(document, table.render())
}

#[derive(Debug, Deserialize)]
struct One {
    id: String,
    environment: String,
    functions: Vec<Version>,
    active: bool,
}

#[derive(Debug, Deserialize)]
struct Version {
    integration: String,
    function: String,
    r#type: String,
    event: Option<String>,
    version: String,
    description: Option<String>,
    created_at: Timestamp,
}

/// The functions of a deployment.
pub(crate) fn shown(document: &Value) -> Result<Reply, Failure> {
    let One { id, environment, functions, active } = read(document)?;
    let mut table = Table::new(&["function", "kind", "version", "since", "description"]);
    for one in &functions {
        table.row([
            (NAME, clean(&format!("{}/{}", one.integration, one.function))),
            (Style::new(), clean(one.event.as_ref().unwrap_or(&one.r#type))),
            (Style::new(), clean(&one.version)),
            (DIM, when(one.created_at)),
            (DIM, clean(one.description.as_deref().unwrap_or_default())),
        ]);
    }
    let state = if active { paint(GOOD, "active") } else { "not active".to_owned() };
    let first = format!("deployment {} of {}: {state}", clean(&id), clean(&environment));
    Reply::new(document, format!("{first}\n\n{}", table.render()))
}

#[derive(Debug, Deserialize)]
struct Difference {
    functions: Vec<FunctionDifference>,
}

#[derive(Debug, Deserialize)]
struct FunctionDifference {
    #[serde(flatten)]
    change: ChangeView,
    text: String,
    files: Vec<FileDifference>,
}

#[derive(Debug, Deserialize)]
struct FileDifference {
    path: String,
    change: ChangeKind,
}

/// What is different between two deployments.
pub(crate) fn different(document: &Value) -> Result<Reply, Failure> {
    let Difference { functions } = read(document)?;
    if functions.is_empty() {
        return Ok(Reply::new(document, "")?.note("nothing is different\n"));
    }
    Ok(Reply::new(document, functions.iter().map(rendered).collect::<Vec<_>>().join("\n"))?.data())
}

fn rendered(FunctionDifference { change, text: lines, files }: &FunctionDifference) -> String {
    let what = paint(change.style(), change.change.as_str());
    let mut text = format!("{} {what} {}\n", paint(NAME, &change.name()), change.versions());
    for file in files {
        let what = paint(change_style(file.change), file.change.as_str());
        text.push_str(&format!("  {what} {}\n", clean(&file.path)));
    }
    for line in lines.lines() {
        let colour = match line.chars().next() {
            Some('+') => GOOD,
            Some('-') => BAD,
            _ => Style::new(),
        };
        text.push_str(&format!("{}\n", paint(colour, &clean(line))));
    }
    text
}

#[derive(Debug, Deserialize)]
struct Deleted {
    deployments: u64,
    function_versions: u64,
}

/// How much was deleted.
pub(crate) fn pruned(document: &Value) -> Result<Reply, Failure> {
    let Deleted { deployments, function_versions } = read(document)?;
    let text = format!("deleted: {deployments} deployments, {function_versions} versions of functions\n");
    Reply::new(document, text)
}
