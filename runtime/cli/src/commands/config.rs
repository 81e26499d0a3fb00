//! `onevent config`: every setting with where it comes from.

use anstyle::Style;
use serde::Serialize;
use serde_json::Value;

use crate::args::ConfigArgs;
use crate::failure::Failure;
use crate::output::{DIM, NAME, Reply, Table};
use onevent_app::{Config, Origin};

/// `docs/schemas/config.json`.
#[derive(Debug, Serialize)]
struct Document {
    project: String,
    settings: Vec<SettingDocument>,
}

#[derive(Debug, Serialize)]
struct SettingDocument {
    key: String,
    value: Value,
    origin: OriginDocument,
    help: &'static str,
}

#[derive(Debug, Serialize)]
struct OriginDocument {
    kind: &'static str,
    name: Option<String>,
    file: Option<String>,
    line: Option<u32>,
}

/// Shows the resolved settings: those that have a value, or all.
pub(crate) fn run(config: &Config, args: &ConfigArgs) -> Result<Reply, Failure> {
    let mut table = Table::new(&["setting", "value", "origin"]);
    let mut settings = Vec::new();
    for entry in config.resolved() {
        let (text, value, origin) = match entry.shown {
            Some(shown) if shown.text.is_empty() => ("(none)".to_owned(), shown.json, shown.origin),
            Some(shown) => (shown.text, shown.json, shown.origin),
            None if args.all => ("(not set)".to_owned(), Value::Null, Origin::Default),
            None => continue,
        };
        table.row([(NAME, entry.key.to_string()), (Style::new(), text), (DIM, origin.to_string())]);
        settings.push(SettingDocument {
            key: entry.key.to_string(),
            value,
            origin: document(&origin),
            help: entry.setting.help,
        });
    }
    let project = config.project.display().to_string();
    let reply = Reply::new(&Document { project: project.clone(), settings }, table.render())?;
    Ok(reply.note(&format!("project {project}\n")))
}

fn document(origin: &Origin) -> OriginDocument {
    let (kind, name, location) = match origin {
        Origin::Default => ("default", None, None),
        Origin::File(location) => ("file", None, Some(location)),
        Origin::Variable(name) => ("environment", Some(name.clone()), None),
        Origin::Flag(flag) => ("flag", Some((*flag).to_owned()), None),
    };
    OriginDocument {
        kind,
        name,
        file: location.map(|location| location.file.clone()),
        line: location.map(|location| location.line),
    }
}
