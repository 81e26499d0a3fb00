//! `onevent check`

use std::path::PathBuf;

use clap::Args;

/// `onevent check`.
#[derive(Debug, Default, Args)]
pub(crate) struct CheckArgs {
    /// Only these: a function, or all of an integration [default: the whole project]
    #[arg(value_name = "INTEGRATION|FUNCTION")]
    pub(crate) names: Vec<String>,
    #[command(flatten)]
    pub(crate) judging: JudgingArgs,
    #[command(flatten)]
    pub(crate) types: CompilerArgs,
    /// Write the findings as SARIF 2.1.0, too
    #[arg(long, value_name = "FILE")]
    pub(crate) sarif: Option<PathBuf>,
}

/// What becomes of findings.
#[derive(Debug, Default, Args)]
pub(crate) struct JudgingArgs {
    /// Fail for this as well: `warnings`, or one code. Repeatable
    #[arg(long, value_name = "CODE")]
    pub(crate) deny: Vec<String>,
    /// Leave this out: one code, or `nango` for everything that Nango would not take. Repeatable
    #[arg(long, value_name = "CODE")]
    pub(crate) allow: Vec<String>,
}

/// Whether types are checked, and by what.
#[derive(Debug, Default, Args)]
pub(crate) struct CompilerArgs {
    /// Fail where there is no compiler to check types with
    #[arg(long, conflicts_with_all = ["no_types", "tsc"])]
    types: bool,
    /// Leave types out
    #[arg(long, conflicts_with = "tsc")]
    no_types: bool,
    /// TypeScript's compiler [default: that of TypeScript 7 in the project's node_modules]
    #[arg(long, value_name = "PATH")]
    tsc: Option<PathBuf>,
}

/// How much types matter to who asks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum WantedTypes {
    /// They are checked where there is a compiler.
    WherePossible,
    /// There has to be one.
    Yes,
    /// By this program.
    By(PathBuf),
    /// They are left out.
    No,
}

impl CompilerArgs {
    pub(crate) fn wanted(&self) -> WantedTypes {
        match (&self.tsc, self.types, self.no_types) {
            (Some(program), _, _) => WantedTypes::By(program.clone()),
            (None, true, _) => WantedTypes::Yes,
            (None, false, true) => WantedTypes::No,
            (None, false, false) => WantedTypes::WherePossible,
        }
    }
}
