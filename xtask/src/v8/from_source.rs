//! Building the library: hands over to `third_party/v8/build-from-source.sh`.

use std::path::{Path, PathBuf};
use std::process::Command;

use crate::failure::Failure;
use crate::process;
use crate::terminal;
use crate::v8::archive::Archive;
use crate::workspace::Workspace;

/// Runs the script; returns the file that it built.
pub(crate) fn build(workspace: &Workspace, archive: &Archive, work_dir: &Path) -> Result<PathBuf, Failure> {
    let script = workspace.root().join("third_party/v8/build-from-source.sh");
    terminal::step("V8", format!("building V8 {} in {}", archive.version(), work_dir.display()));
    terminal::detail(
        "about two hours on 2 cores, and 8 GB of disk; a second run continues where this one ended",
    );
    let built = work_dir.join(archive.file_name());
    process::run(
        Command::new("bash")
            .arg(&script)
            .args(["--version", archive.version(), "--output"])
            .arg(&built)
            .arg("--work-dir")
            .arg(work_dir),
    )
    .map_err(|failure| {
        failure
            .detail("the script says above what it was doing")
            .next("repeat the command: it continues where it ended")
            .next(format!("read {}, which names every tool that it needs", script.display()))
    })?;
    Ok(built)
}
