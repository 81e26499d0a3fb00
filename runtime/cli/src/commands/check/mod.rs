//! `onevent check`: what authors should mend before anything runs.

mod calls;
mod functions;
mod judging;
mod looking;
mod sarif;
mod show;
mod types;

use std::path::Path;

use onevent_check::{Finding, Rules, Severity};
use serde::Serialize;

pub(crate) use self::calls::{listed, unawaited};
use self::functions::Loaded;
pub(crate) use self::judging::Judging;
use self::looking::look_at;
use self::types::TypesDocument;
use crate::args::{CheckArgs, WantedTypes};
use crate::exit::ExitCode;
use crate::failure::Failure;
use crate::output::{FindingDocument, Reply};
use crate::session::Session;
use crate::whole_file::write_named;

/// `docs/schemas/check.json`.
#[derive(Debug, Serialize)]
struct Document<'a> {
    /// Whether nothing fails for what was found.
    passed: bool,
    /// How many functions were looked at.
    functions: usize,
    /// Of how many of the project's own files they consist.
    files: usize,
    errors: usize,
    warnings: usize,
    types: TypesDocument,
    findings: Vec<FindingDocument<'a>>,
    /// What the project's author should know, and nothing fails for.
    notes: &'a [String],
}

/// Looks at the functions that are asked for.
pub(crate) async fn run(session: &Session, args: &CheckArgs) -> Result<Reply, Failure> {
    let judging = Judging::of(&args.judging)?;
    let wanted = match args.types.wanted() {
        WantedTypes::By(program) => WantedTypes::By(session.directory.join(program)),
        wanted => wanted,
    };
    let Loaded { entries, functions, broken, notes } = functions::load(session, &args.names).await?;
    let types = types::check(session.folder(), &entries, &wanted).await?;
    let unchecked = types.note.clone();
    let checked = look_at(session, entries, Rules::All).await?;
    let files = checked.files;
    let are_types_checked = types.are_checked();
    let found = checked.findings.into_iter().chain(types.findings).collect();
    let was_sought = |code: &str| Rules::All.seek(code) || (are_types_checked && code.starts_with("TS"));
    let mut findings = judging.left(checked.ignores.apply(found, was_sought));
    findings.extend(broken);
    findings.sort_by_cached_key(|finding| (finding.file.clone(), finding.line, finding.column));
    if let Some(file) = &args.sarif {
        write_sarif(session, file, &findings)?;
    }
    let count = |severity| findings.iter().filter(|finding| finding.severity == severity).count();
    let failing = findings.iter().any(|finding| judging.fails_for(finding));
    let document = Document {
        passed: !failing,
        functions,
        files,
        errors: count(Severity::Error),
        warnings: count(Severity::Warning),
        types: types.document,
        findings: findings.iter().map(FindingDocument::from).collect(),
        notes: &[notes.as_slice(), unchecked.as_slice()].concat(),
    };
    let mut reply = Reply::new(&document, show::findings(&findings, functions, files, unchecked.as_deref()))?;
    for note in &notes {
        reply = reply.note(&format!("note: {note}\n"));
    }
    Ok(reply.exit(if failing { ExitCode::Project } else { ExitCode::Ok }))
}

/// Files are counted from the current folder, where the project lies in it: that is where code hosts count from.
fn write_sarif(session: &Session, file: &Path, findings: &[Finding]) -> Result<(), Failure> {
    let unwritable = |why: String| Failure::usage("sarif_unwritable", format!("--sarif: {why}"));
    let folder = session.folder().strip_prefix(&session.directory).unwrap_or(Path::new(""));
    let log =
        sarif::log(findings, &folder.to_string_lossy()).map_err(|error| unwritable(error.to_string()))?;
    write_named(session.folder(), &session.directory.join(file), &log)
        .map_err(|error| unwritable(error.to_string()))
}
