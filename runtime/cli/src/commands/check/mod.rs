//! `onevent check`: what authors should mend before anything runs.

mod functions;
mod judging;
mod show;

use onevent_check::{Checked, Rules, Severity};
use onevent_engine::ProjectSource;
use serde::Serialize;

use self::functions::Loaded;
use self::judging::Judging;
use crate::args::CheckArgs;
use crate::exit::ExitCode;
use crate::failure::Failure;
use crate::output::{FindingDocument, Reply};
use crate::session::Session;

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
    findings: Vec<FindingDocument<'a>>,
    /// What the project's author should know, and nothing fails for.
    notes: &'a [String],
}

/// Looks at the functions that are asked for.
pub(crate) async fn run(session: &Session, args: &CheckArgs) -> Result<Reply, Failure> {
    let judging = Judging::of(&args.judging)?;
    let loaded = functions::load(session, &args.names).await?;
    let Loaded { entries, functions, broken, notes } = loaded;
    let checked = look_at(session, entries, Rules::All).await?;
    let files = checked.files;
    let mut findings = broken;
    findings.extend(checked.ignores.apply(checked.findings, |code| Rules::All.seek(code)));
    let mut findings = judging.left(findings);
    findings.sort_by_cached_key(|finding| (finding.file.clone(), finding.line, finding.column));
    let count = |severity| findings.iter().filter(|finding| finding.severity == severity).count();
    let failing = findings.iter().any(|finding| judging.fails_for(finding));
    let document = Document {
        passed: !failing,
        functions,
        files,
        errors: count(Severity::Error),
        warnings: count(Severity::Warning),
        findings: findings.iter().map(FindingDocument::from).collect(),
        notes: &notes,
    };
    let mut reply = Reply::new(&document, show::findings(&findings, functions, files))?;
    for note in &notes {
        reply = reply.note(&format!("note: {note}\n"));
    }
    Ok(reply.exit(if failing { ExitCode::Project } else { ExitCode::Ok }))
}

/// Looks at the files of these functions, on a thread that may take its time.
async fn look_at(session: &Session, entries: Vec<String>, rules: Rules) -> Result<Checked, Failure> {
    let source = ProjectSource::directory(session.folder());
    let looking = tokio::task::spawn_blocking(move || onevent_check::check(&source, &entries, rules));
    let checked = looking.await.map_err(|error| Failure::internal(error.to_string()))?;
    checked.map_err(|error| Failure::from(&error))
}
