//! V8's static library: cargo's `v8` crate links one that it does not contain.
//!
//! Its build script looks into `$CARGO_HOME/.rusty_v8` before it downloads anything. A file put there under the
//! right name makes plain `cargo build` work, with no environment variable.

mod archive;
mod carried;
mod from_source;
mod install;
mod sources;
mod sums;
mod tried;

use std::path::PathBuf;

use crate::failure::Failure;
use crate::terminal;
use crate::workspace::Workspace;

use archive::Archive;
use install::Installed;
use sources::Source;
use sums::KnownSums;
use tried::Tried;

/// Makes sure that the library is installed; returns its path.
pub(crate) fn install(workspace: &Workspace) -> Result<PathBuf, Failure> {
    let archive = Archive::of_workspace(workspace)?;
    let sums = KnownSums::of_repository()?;
    let _lock = install::lock(&archive)?;
    terminal::step("V8", format!("{} {}", archive.file_name(), archive.version()));
    match install::check(&archive, &sums)? {
        Installed::Yes { why } => {
            terminal::done("V8", format!("already there, {why}"));
            return Ok(archive.installed());
        }
        Installed::Damaged { why } => terminal::warning(format!("the installed library {why}: replacing it")),
        Installed::No => {}
    }
    let mut tried = Vec::new();
    for source in Source::in_order(workspace, &archive) {
        terminal::step("V8", format!("trying {source}"));
        match source.fetch(&archive, &sums)? {
            Tried::Installed { check } => {
                terminal::done("V8", format!("installed from {source}, {check}"));
                return Ok(archive.installed());
            }
            Tried::Nothing { why } => {
                terminal::detail(&why);
                tried.push(format!("{source}: {why}"));
            }
        }
    }
    Err(nothing_worked(&archive, tried))
}

/// Builds the library from the v8 crate's sources and installs it; returns its path.
pub(crate) fn install_from_source(
    workspace: &Workspace,
    work_dir: Option<PathBuf>,
) -> Result<PathBuf, Failure> {
    let archive = Archive::of_workspace(workspace)?;
    let work_dir = work_dir.unwrap_or_else(|| workspace.target().join("v8"));
    let built = from_source::build(workspace, &archive, &work_dir)?;
    let _lock = install::lock(&archive)?;
    let sum = install::install_file(&archive, &built)?;
    terminal::done("V8", format!("installed from source, SHA-256 {sum}"));
    Ok(archive.installed())
}

fn nothing_worked(archive: &Archive, tried: Vec<String>) -> Failure {
    let failure = Failure::new(format!("no source has {} for V8 {}", archive.file_name(), archive.version()));
    tried
        .into_iter()
        .fold(failure, Failure::detail)
        .next(format!("download {} on another machine and run", archive.url()))
        .next("  RUSTY_V8_ARCHIVE=<the file> cargo xtask v8")
        .next("or name a folder that holds it: ONEVENT_V8_MIRROR=<folder> cargo xtask v8")
        .next("or build it (about two hours on 2 cores): cargo xtask v8 --from-source")
}
