//! `onevent completions`: what a shell needs to complete this program's commands.

use clap::CommandFactory as _;
use serde::Serialize;

use crate::args::{Cli, CompletionsArgs};
use crate::failure::Failure;
use crate::output::Reply;

/// `docs/schemas/completions.json`.
#[derive(Debug, Serialize)]
struct Document<'a> {
    shell: String,
    script: &'a str,
}

/// Prints the script.
pub(crate) fn run(args: &CompletionsArgs) -> Result<Reply, Failure> {
    let mut command = Cli::command();
    let name = command.get_name().to_owned();
    let mut script = Vec::new();
    clap_complete::generate(args.shell, &mut command, name, &mut script);
    let script = String::from_utf8(script).map_err(|error| Failure::internal(error.to_string()))?;
    Ok(Reply::new(&Document { shell: args.shell.to_string(), script: &script }, script.clone())?.data())
}
