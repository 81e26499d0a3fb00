//! `onevent man`: the manual pages, made of the same texts as `--help`.

use std::path::Path;

use clap::CommandFactory as _;
use clap_mangen::Man;
use serde::Serialize;

use crate::args::{Cli, ManArgs};
use crate::exit::ExitCode;
use crate::failure::Failure;
use crate::output::{GOOD, Reply, clean, paint};
use crate::whole_file::{WriteError, write_in_project};

/// `docs/schemas/man.json`.
#[derive(Debug, Serialize)]
struct Document<'a> {
    /// The folder of the pages; null where the first is printed.
    folder: Option<String>,
    /// The names of the pages' files.
    files: Vec<&'a str>,
    /// The first page, where it is printed.
    page: Option<&'a str>,
}

/// One page.
struct Page {
    file: String,
    text: String,
}

/// Prints the first page, or writes all of them.
pub(crate) fn run(args: &ManArgs, current: &Path) -> Result<Reply, Failure> {
    let mut command = Cli::command().disable_help_subcommand(true);
    command.build();
    let Some(folder) = &args.out else {
        let Page { file, text } = page(command)?;
        let document = Document { folder: None, files: vec![&file], page: Some(&text) };
        return Ok(Reply::new(&document, text.clone())?.data());
    };
    let mut pages = Vec::new();
    add(command, &mut pages)?;
    let folder = current.join(folder);
    write(&folder, &pages).map_err(|error| {
        let exit = if matches!(error, WriteError::Io { .. }) { ExitCode::Internal } else { ExitCode::Usage };
        Failure::new(exit, "man_not_written", error.to_string())
    })?;
    let files = pages.iter().map(|page| page.file.as_str()).collect();
    let shown = folder.display().to_string();
    let text = format!("{} {} pages in {}\n", paint(GOOD, "✓"), pages.len(), clean(&shown));
    Reply::new(&Document { folder: Some(shown), files, page: None }, text)
}

/// The pages of a command and of all beneath it.
fn add(command: clap::Command, pages: &mut Vec<Page>) -> Result<(), Failure> {
    for below in command.get_subcommands().filter(|below| !below.is_hide_set()) {
        add(below.clone(), pages)?;
    }
    pages.push(page(command)?);
    Ok(())
}

fn page(command: clap::Command) -> Result<Page, Failure> {
    let failed = |error: String| Failure::internal(format!("a manual page: {error}"));
    let man = Man::new(command);
    let mut text = Vec::new();
    man.render(&mut text).map_err(|error| failed(error.to_string()))?;
    let text = String::from_utf8(text).map_err(|error| failed(error.to_string()))?;
    Ok(Page { file: man.get_filename(), text })
}

fn write(folder: &Path, pages: &[Page]) -> Result<(), WriteError> {
    let failed = |error| WriteError::Io { path: folder.to_owned(), error };
    std::fs::create_dir_all(folder).map_err(failed)?;
    pages.iter().try_for_each(|page| write_in_project(folder, &folder.join(&page.file), &page.text))
}
