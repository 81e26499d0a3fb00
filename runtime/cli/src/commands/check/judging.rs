//! What becomes of findings: which are left out, and for which a command fails.

use std::collections::BTreeSet;

use onevent_app::suggest;
use onevent_check::{Code, Family, Finding, Severity};

use crate::args::JudgingArgs;
use crate::failure::Failure;
use crate::output::place_of;

/// Stands for everything that Nango would not take.
const NANGO: &str = "nango";
/// Stands for every warning.
const WARNINGS: &str = "warnings";

/// What the command line says about findings.
#[derive(Debug, Default)]
pub(crate) struct Judging {
    allowed: BTreeSet<String>,
    denied: BTreeSet<String>,
}

impl Judging {
    /// Reads the flags.
    ///
    /// # Errors
    /// `unknown_code`
    pub(crate) fn of(args: &JudgingArgs) -> Result<Self, Failure> {
        for (flag, group, codes) in [("--allow", NANGO, &args.allow), ("--deny", WARNINGS, &args.deny)] {
            if let Some(code) = codes.iter().find(|code| !(*code == group || is_code(code))) {
                let known = Code::all().iter().map(|code| code.as_str()).chain([group]);
                return Err(Failure::usage("unknown_code", format!("{flag}: there is no code `{code}`"))
                    .hint_if(suggest::nearest(code, known).map(|near| format!("did you mean `{near}`?"))));
            }
        }
        let set = |codes: &[String]| codes.iter().cloned().collect();
        Ok(Self { allowed: set(&args.allow), denied: set(&args.deny) })
    }

    /// The findings that are not left out.
    pub(crate) fn left(&self, mut findings: Vec<Finding>) -> Vec<Finding> {
        findings.retain(|finding| !self.is_allowed(&finding.code));
        findings
    }

    /// Whether the command fails for it.
    pub(crate) fn fails_for(&self, finding: &Finding) -> bool {
        finding.severity == Severity::Error || self.is_denied(finding)
    }

    /// Whether the command line says that it fails for it.
    pub(crate) fn is_denied(&self, finding: &Finding) -> bool {
        self.denied.contains(&*finding.code)
            || (self.denied.contains(WARNINGS) && finding.severity >= Severity::Warning)
    }

    /// Why a command does not go on: the first finding that the command line denies, and how many more there are.
    pub(crate) fn refusal(&self, findings: &[Finding]) -> Option<Failure> {
        let mut denied = findings.iter().filter(|finding| self.is_denied(finding));
        let first = denied.next()?;
        let message = match denied.count() {
            0 => first.message.clone(),
            more => format!("{} (and {more} more like this)", first.message),
        };
        let failure = Failure::project("denied_finding", format!("{}: {message}", first.code));
        Some(failure.hint_if(first.next.clone()).at(place_of(first)))
    }

    fn is_allowed(&self, code: &str) -> bool {
        // What keeps a function from loading is no code of this list.
        is_code(code)
            && (self.allowed.contains(code)
                || (self.allowed.contains(NANGO)
                    && code.parse::<Code>().is_ok_and(|code| code.family() == Family::Nango)))
    }
}

/// Whether it is a code of a finding, TypeScript's included.
fn is_code(code: &str) -> bool {
    let of_typescript = code.strip_prefix("TS").is_some_and(|number| number.parse::<u32>().is_ok());
    of_typescript || code.parse::<Code>().is_ok()
}
