//! Findings as SARIF 2.1.0, which code hosts show beside the lines.
//!
//! Of the format's some hundred objects a check needs these few; the crate that has all of them is made of its schema by a
//! generator, and brings that generator along.

use std::borrow::Cow;

use onevent_check::{Code, Finding, Severity};
use percent_encoding::{AsciiSet, CONTROLS, utf8_percent_encode};
use serde::Serialize;

const SCHEMA: &str = "https://json.schemastore.org/sarif-2.1.0.json";
const VERSION: &str = "2.1.0";

/// What has a meaning in a URI beside `/`.
const RESERVED: &AsciiSet = &CONTROLS
    .add(b' ')
    .add(b'"')
    .add(b'#')
    .add(b'%')
    .add(b'<')
    .add(b'>')
    .add(b'?')
    .add(b'[')
    .add(b'\\')
    .add(b']')
    .add(b'^')
    .add(b'`')
    .add(b'{')
    .add(b'|')
    .add(b'}')
    .add(b':');

#[derive(Debug, Serialize)]
struct Log<'a> {
    #[serde(rename = "$schema")]
    schema: &'static str,
    version: &'static str,
    runs: [Run<'a>; 1],
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Run<'a> {
    tool: Tool<'a>,
    column_kind: &'static str,
    results: Vec<OneResult<'a>>,
}

#[derive(Debug, Serialize)]
struct Tool<'a> {
    driver: Driver<'a>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Driver<'a> {
    name: &'static str,
    version: &'static str,
    rules: Vec<Rule<'a>>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Rule<'a> {
    id: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    short_description: Option<Text<'a>>,
    default_configuration: Configuration,
}

#[derive(Debug, Serialize)]
struct Configuration {
    level: &'static str,
}

#[derive(Debug, Serialize)]
struct Text<'a> {
    text: Cow<'a, str>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct OneResult<'a> {
    rule_id: &'a str,
    rule_index: usize,
    level: &'static str,
    message: Text<'a>,
    locations: [Place; 1],
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Place {
    physical_location: PhysicalLocation,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct PhysicalLocation {
    artifact_location: ArtifactLocation,
    region: Region,
}

#[derive(Debug, Serialize)]
struct ArtifactLocation {
    uri: String,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Region {
    start_line: u32,
    start_column: u32,
}

/// The findings as one log. `folder` is how to get to the project from where files are counted.
///
/// # Errors
/// The log cannot be written as JSON: a bug.
pub(super) fn log(findings: &[Finding], folder: &str) -> Result<String, serde_json::Error> {
    let mut rules: Vec<Rule<'_>> = Vec::new();
    let mut results = Vec::new();
    for finding in findings {
        let id = finding.code.as_ref();
        let rule_index = rules.iter().position(|rule| rule.id == id).unwrap_or_else(|| {
            rules.push(rule(finding));
            rules.len() - 1
        });
        results.push(OneResult {
            rule_id: id,
            rule_index,
            level: level(finding.severity),
            message: Text { text: message(finding) },
            locations: [place(finding, folder)],
        });
    }
    let driver = Driver { name: "onevent", version: env!("CARGO_PKG_VERSION"), rules };
    let run = Run { tool: Tool { driver }, column_kind: "unicodeCodePoints", results };
    let mut text = serde_json::to_string_pretty(&Log { schema: SCHEMA, version: VERSION, runs: [run] })?;
    text.push('\n');
    Ok(text)
}

fn rule(finding: &Finding) -> Rule<'_> {
    let summary = finding.code.parse::<Code>().ok().map(|code| Text { text: code.summary().into() });
    let default_configuration = Configuration { level: level(finding.severity) };
    Rule { id: &finding.code, short_description: summary, default_configuration }
}

fn level(severity: Severity) -> &'static str {
    severity.as_str()
}

fn message(finding: &Finding) -> Cow<'_, str> {
    match &finding.next {
        Some(next) => Cow::Owned(format!("{}\n{next}", finding.message)),
        None => Cow::Borrowed(&finding.message),
    }
}

fn place(finding: &Finding, folder: &str) -> Place {
    let path = finding.file.trim_start_matches("./");
    let uri = if folder.is_empty() { path.to_owned() } else { format!("{folder}/{path}") };
    let uri = utf8_percent_encode(&uri, RESERVED).to_string();
    Place {
        physical_location: PhysicalLocation {
            artifact_location: ArtifactLocation { uri },
            region: Region { start_line: finding.line, start_column: finding.column },
        },
    }
}
