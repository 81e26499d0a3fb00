//! The commands that need neither a project nor a database.

use std::path::Path;

use super::{completions, init, man, mock_provider, types};
use crate::args::{GlobalArgs, StandaloneCommand};
use crate::failure::Failure;
use crate::output::Reply;

/// Runs one, in the current folder.
pub(crate) fn run(
    command: &StandaloneCommand,
    global: &GlobalArgs,
    current: &Path,
) -> Result<Reply, Failure> {
    match command {
        StandaloneCommand::Init(args) => init::run(args, global, current),
        StandaloneCommand::MockProvider(args) => mock_provider::run(args, global),
        StandaloneCommand::Types(args) => types::run(args, global, current),
        StandaloneCommand::Completions(args) => completions::run(args),
        StandaloneCommand::Man(args) => man::run(args, current),
    }
}
