//! `onevent types`: the declarations of the module `nango`, for editors and compilers.

use std::path::{Path, PathBuf};

use serde::Serialize;

use crate::args::{GlobalArgs, TypesArgs};
use crate::exit::ExitCode;
use crate::failure::Failure;
use crate::output::{GOOD, Reply, clean, paint};
use crate::whole_file::{WriteError, write_named};

/// What `import … from 'nango'` gives.
pub(crate) const DECLARATIONS: &str = include_str!("../../../../js-sdk/types/nango.d.ts");

/// The declarations' file in a project.
const FILE: &str = "nango.d.ts";
/// How a file begins that this command wrote.
const BEGINNING: &str = "// The module `nango`, for editors and compilers.";

/// `docs/schemas/types.json`.
#[derive(Debug, Serialize)]
struct Document {
    /// Null for standard output.
    file: Option<String>,
    /// Only where they are not written into a file.
    declarations: Option<&'static str>,
}

/// Writes them.
pub(crate) fn run(args: &TypesArgs, global: &GlobalArgs, current: &Path) -> Result<Reply, Failure> {
    if args.out.as_deref() == Some(Path::new("-")) {
        let document = Document { file: None, declarations: Some(DECLARATIONS) };
        return Ok(Reply::new(&document, DECLARATIONS)?.data());
    }
    let (project, path) = place(args, global, current)?;
    if !args.force && is_anothers(&path) {
        let message = format!("{} is there, and was not written by onevent", path.display());
        return Err(Failure::new(ExitCode::Failed, "file_exists", message)
            .hint("--out FILE writes another one, and --force replaces it"));
    }
    write_named(&project, &path, DECLARATIONS).map_err(|error| {
        let exit = if matches!(error, WriteError::Io { .. }) { ExitCode::Internal } else { ExitCode::Usage };
        Failure::new(exit, "types_not_written", error.to_string())
    })?;
    let shown = path.display().to_string();
    let text = format!("{} {}\n", paint(GOOD, "✓"), clean(&shown));
    Reply::new(&Document { file: Some(shown), declarations: None }, text)
}

/// The project, and the file. A file that is named needs no project.
fn place(args: &TypesArgs, global: &GlobalArgs, current: &Path) -> Result<(PathBuf, PathBuf), Failure> {
    let project = onevent_app::find(global.project.as_deref(), current);
    match &args.out {
        Some(file) => Ok((project.unwrap_or_else(|_| current.to_owned()), current.join(file))),
        None => {
            let project = project?;
            let path = project.join(FILE);
            Ok((project, path))
        }
    }
}

/// Whether a file is there that somebody else wrote. What is no file is found out when it is written.
fn is_anothers(path: &Path) -> bool {
    std::fs::read_to_string(path).is_ok_and(|text| !text.is_empty() && !text.starts_with(BEGINNING))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_this_command_writes_is_known_again() {
        assert!(DECLARATIONS.starts_with(BEGINNING));
    }
}
