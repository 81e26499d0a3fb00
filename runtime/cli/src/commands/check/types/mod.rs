//! Types, by TypeScript's own compiler: onevent brings none.

mod compiler;
mod configuration;
mod messages;

use std::path::Path;
use std::process::Stdio;

use onevent_check::Finding;
use onevent_engine::ProjectSource;
use serde::Serialize;

use self::compiler::Compiler;
use self::configuration::Configuration;
use crate::args::WantedTypes;
use crate::exit::ExitCode;
use crate::failure::Failure;
use crate::surroundings;

/// What became of types, in `docs/schemas/check.json`.
#[derive(Debug, Serialize)]
pub(super) struct TypesDocument {
    status: Status,
    /// The compiler's program.
    compiler: Option<String>,
    version: Option<String>,
}

/// Whether types were checked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
enum Status {
    Checked,
    /// There is no compiler.
    NotFound,
    /// Nobody asked for it, or there is no function.
    LeftOut,
}

/// What came of checking types.
pub(super) struct Types {
    pub(super) findings: Vec<Finding>,
    pub(super) document: TypesDocument,
    /// Why they were not checked.
    pub(super) note: Option<String>,
}

impl Types {
    /// Whether they were checked.
    pub(super) fn are_checked(&self) -> bool {
        self.document.status == Status::Checked
    }

    fn without(status: Status, note: Option<String>) -> Self {
        let document = TypesDocument { status, compiler: None, version: None };
        Self { findings: Vec::new(), document, note }
    }
}

/// Checks the types of the functions at these paths.
///
/// # Errors
/// There has to be a compiler and there is none, or it fails without a word about the code.
pub(super) async fn check(
    project: &Path,
    entries: &[String],
    wanted: &WantedTypes,
) -> Result<Types, Failure> {
    // The compiler tells of files by where they really lie.
    let project = &project.canonicalize().map_err(|error| Failure::internal(error.to_string()))?;
    let Some(compiler) = Compiler::find(project, wanted)? else {
        let note = (*wanted != WantedTypes::No).then(|| compiler::missing(project));
        let status = if *wanted == WantedTypes::No { Status::LeftOut } else { Status::NotFound };
        return Ok(Types::without(status, note));
    };
    if entries.is_empty() {
        return Ok(Types::without(Status::LeftOut, None));
    }
    let version = version(&compiler, project).await?;
    let shown = show_configuration(&compiler, project).await?;
    let configuration = Configuration::write(project, entries, shown.as_deref())
        .map_err(|error| Failure::internal(format!("types: the configuration cannot be written: {error}")))?;
    let path = configuration.path();
    let answer =
        run(&compiler, project, &["--pretty", "false", "--noEmit", "-p", &path.to_string_lossy()]).await?;
    let source = ProjectSource::directory(project);
    let own = path.strip_prefix(project).ok().map(|path| path.to_string_lossy().into_owned());
    let findings = messages::findings(&answer.text, &source, own.as_deref());
    if findings.is_empty() && !answer.succeeded {
        return Err(failed(&compiler, &answer.text));
    }
    let document = TypesDocument {
        status: Status::Checked,
        compiler: Some(compiler.program.display().to_string()),
        version: Some(version),
    };
    Ok(Types { findings, document, note: None })
}

/// What the compiler said.
struct Answer {
    text: String,
    succeeded: bool,
}

/// Runs the compiler in the project, without this process's environment: secrets are none of its business.
async fn run(compiler: &Compiler, project: &Path, arguments: &[&str]) -> Result<Answer, Failure> {
    let mut command = tokio::process::Command::new(&compiler.program);
    command.args(arguments).current_dir(project).env_clear().stdin(Stdio::null()).kill_on_drop(true);
    // Where it is a script, its first line looks for Node.
    command.envs(surroundings::program_path().map(|path| ("PATH", path)));
    let output = command.output().await.map_err(|error| {
        let message = format!("{} cannot be run: {error}", compiler.program.display());
        Failure::new(ExitCode::Usage, "compiler_failed", message)
    })?;
    let mut text = String::from_utf8_lossy(&output.stdout).into_owned();
    text.push_str(&String::from_utf8_lossy(&output.stderr));
    Ok(Answer { text, succeeded: output.status.success() })
}

async fn version(compiler: &Compiler, project: &Path) -> Result<String, Failure> {
    let answer = run(compiler, project, &["--version"]).await?;
    match answer.text.trim().strip_prefix("Version ") {
        Some(version) if answer.succeeded => Ok(version.to_owned()),
        _ => Err(failed(compiler, &answer.text)),
    }
}

/// The project's own configuration, as the compiler understands it; `None` where there is none, or it is wrong: then
/// compiling says why.
async fn show_configuration(compiler: &Compiler, project: &Path) -> Result<Option<String>, Failure> {
    if !project.join(configuration::NAME).is_file() {
        return Ok(None);
    }
    let answer = run(compiler, project, &["--showConfig", "-p", configuration::NAME]).await?;
    Ok(answer.succeeded.then_some(answer.text))
}

/// The longest answer that is repeated in an error, in lines.
const LINES_SHOWN: usize = 10;

fn failed(compiler: &Compiler, answer: &str) -> Failure {
    let lines: Vec<&str> = answer.lines().take(LINES_SHOWN).collect();
    let message = format!("{} failed: {}", compiler.program.display(), lines.join("\n"));
    Failure::new(ExitCode::Usage, "compiler_failed", message)
        .hint("is it TypeScript's compiler? `--no-types` does without it")
}
