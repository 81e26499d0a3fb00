//! `onevent check`

use clap::Args;

/// `onevent check`.
#[derive(Debug, Default, Args)]
pub(crate) struct CheckArgs {
    /// Only these: a function, or all of an integration [default: the whole project]
    #[arg(value_name = "INTEGRATION|FUNCTION")]
    pub(crate) names: Vec<String>,
    #[command(flatten)]
    pub(crate) judging: JudgingArgs,
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
