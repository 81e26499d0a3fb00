//! From the command line to the exit code.

use std::ffi::{OsStr, OsString};

use clap::Parser;
use clap::error::ErrorKind;

use crate::args::{Cli, Command};
use crate::commands;
use crate::config::Config;
use crate::exit::ExitCode;
use crate::failure::Failure;
use crate::output::{self, Format, Reply};
use crate::project::{self, ProjectNames};
use crate::surroundings::Surroundings;

/// Runs the program.
pub(crate) fn main(arguments: Vec<OsString>) -> ExitCode {
    let format = format(&arguments);
    let cli = match Cli::try_parse_from(&arguments) {
        Ok(cli) => cli,
        Err(error) => return usage(format, &error),
    };
    match Surroundings::look().and_then(|surroundings| run(&cli, &surroundings)) {
        Ok(reply) => output::print_reply(format, &reply),
        Err(failure) => output::print_failure(format, &failure),
    }
}

/// `--json` holds for errors of the command line too, so it is looked for before the command line is read.
fn format(arguments: &[OsString]) -> Format {
    let json =
        arguments.iter().skip(1).take_while(|a| *a != OsStr::new("--")).any(|a| a == OsStr::new("--json"));
    if json { Format::Json } else { Format::Human }
}

fn run(cli: &Cli, surroundings: &Surroundings) -> Result<Reply, Failure> {
    let folder = project::find(cli.global.project.as_deref(), &surroundings.directory)?;
    let names = ProjectNames::scan(&folder);
    let config = Config::load(folder, &names, &cli.global.flags(), surroundings)?;
    match &cli.command {
        Command::Config => commands::config::run(&config),
        _ => Err(Failure::internal("")),
    }
}

/// Help, the version, or a mistake on the command line.
fn usage(format: Format, error: &clap::Error) -> ExitCode {
    let rendered = error.render();
    match (error.kind(), format) {
        (ErrorKind::DisplayHelp | ErrorKind::DisplayVersion, _) => {
            output::print_text(&rendered.ansi().to_string())
        }
        (_, Format::Human) => output::print_error_text(&rendered.ansi().to_string(), ExitCode::Usage),
        (_, Format::Json) => output::print_failure(format, &usage_failure(&rendered.to_string())),
    }
}

/// clap's text as message and hint: the first paragraph, and the tips below it.
fn usage_failure(rendered: &str) -> Failure {
    let text = rendered.strip_prefix("error: ").unwrap_or(rendered);
    let mut paragraphs = text.split("\n\n").map(str::trim).filter(|paragraph| !paragraph.is_empty());
    let message = paragraphs.next().unwrap_or("the command line is wrong").replace("\n  ", " ");
    let tip = paragraphs.find_map(|paragraph| paragraph.strip_prefix("tip: "));
    Failure::usage("usage", message).hint(tip.unwrap_or("see onevent --help"))
}
