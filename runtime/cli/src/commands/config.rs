//! `onevent config`: every setting with where it comes from.

use anstyle::Style;
use serde::Serialize;
use serde_json::Value;

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

/// Shows the resolved settings.
pub(crate) fn run(config: &Config) -> Result<Reply, Failure> {
    let mut table = Table::new(&["setting", "value", "origin"]);
    let mut settings = Vec::new();
    for entry in config.entries() {
        let shown = entry.value.to_string();
        let shown = if shown.is_empty() { "(none)".to_owned() } else { shown };
        table.row([(NAME, entry.key.to_string()), (Style::new(), shown), (DIM, entry.origin.to_string())]);
        settings.push(SettingDocument {
            key: entry.key.to_string(),
            value: entry.value.shown(),
            origin: origin(&entry.origin),
            help: entry.setting.help,
        });
    }
    let project = config.project.display().to_string();
    let reply = Reply::new(&Document { project: project.clone(), settings }, table.render())?;
    Ok(reply.note(&format!("project {project}\n")))
}

fn origin(origin: &Origin) -> OriginDocument {
    let (kind, name) = match origin {
        Origin::Default => ("default", None),
        Origin::File(_) => ("file", None),
        Origin::Variable(name) => ("environment", Some(name.clone())),
        Origin::Flag(flag) => ("flag", Some((*flag).to_owned())),
    };
    let place = if let Origin::File(place) = origin { Some(place) } else { None };
    OriginDocument { kind, name, file: place.map(|p| p.file.clone()), line: place.map(|p| p.line) }
}
