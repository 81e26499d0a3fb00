//! Commands that need neither a project nor a database: what there is before there is anything.

use std::path::PathBuf;

use clap::{Args, Subcommand};
use clap_complete::Shell;

use super::init::{InitArgs, TypesArgs};
use super::mock_provider::MockProviderArgs;

/// What to do without a project.
#[derive(Debug, Subcommand)]
pub(crate) enum StandaloneCommand {
    /// Make a project that runs at once: functions, fixtures, settings, types
    #[command(after_help = "Examples:\n  \
        onevent init acme\n  \
        onevent init salesforce --folder my-functions\n  \
        onevent init\n\n\
        Files that are there are left alone. An integration that onevent knows no provider for is given the mock provider,\n\
        `onevent mock-provider`. What to type next is printed.")]
    Init(InitArgs),
    /// Run a small provider on this machine, to play with
    #[command(after_help = "Examples:\n  \
        onevent mock-provider\n  \
        onevent mock-provider --listen 127.0.0.1:0 --rate-limit 5\n  \
        curl http://127.0.0.1:4010/                                # what there is\n  \
        curl -X DELETE http://127.0.0.1:4010/tokens/demo.key-1     # refuse that token from now on\n\n\
        It has an account for each token (`demo.1` and `demo.2` are two of `demo`) and webhooks. With any path,\n\
        ?fail=503&times=2 fails twice and then succeeds, and ?delay=500 takes half a second longer. Each request is one\n\
        line on standard error, or with --json one line of JSON on standard output.")]
    MockProvider(MockProviderArgs),
    /// Write the types of the module nango, for editors and compilers
    #[command(after_help = "Examples:\n  \
        onevent types\n  \
        onevent types --out types/nango.d.ts\n  \
        onevent types --out -\n\n\
        tsconfig.json finds them by \"paths\": { \"nango\": [\"./nango.d.ts\"] } under \"compilerOptions\".")]
    Types(TypesArgs),
    /// Print what completes this program's commands in a shell
    #[command(after_help = "Examples:\n  \
        source <(onevent completions bash)\n  \
        onevent completions zsh > ~/.zfunc/_onevent\n  \
        onevent completions fish > ~/.config/fish/completions/onevent.fish")]
    Completions(CompletionsArgs),
    /// Print the manual page, or write one for each command
    #[command(after_help = "Examples:\n  \
        onevent man | man -l -\n  \
        onevent man --out ~/.local/share/man/man1")]
    Man(ManArgs),
}

/// `onevent completions`.
#[derive(Debug, Args)]
pub(crate) struct CompletionsArgs {
    /// The shell
    #[arg(value_name = "SHELL")]
    pub(crate) shell: Shell,
}

/// `onevent man`.
#[derive(Debug, Args)]
pub(crate) struct ManArgs {
    /// A folder for the pages of all commands; it is made where it is missing
    #[arg(long, value_name = "FOLDER")]
    pub(crate) out: Option<PathBuf>,
}
