//! What can be found, by stable codes.

use serde::Serialize;
use strum::{EnumString, IntoStaticStr, VariantArray};

/// How much a finding matters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, IntoStaticStr)]
#[serde(rename_all = "snake_case")]
#[strum(serialize_all = "snake_case")]
pub enum Severity {
    /// Nothing fails for it.
    Note,
    /// It fails where warnings are denied.
    Warning,
    /// A check with one fails.
    Error,
}

impl Severity {
    /// The stable text form.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        self.into()
    }
}

/// What a code is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Family {
    /// Calls of `nango` that nobody awaits.
    Calls,
    /// What Nango would not take, though onevent does.
    Nango,
    /// The comments that silence findings.
    Ignores,
}

/// What was found. [`Code::as_str`] is stable.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, IntoStaticStr, EnumString, VariantArray)]
#[strum(serialize_all = "snake_case")]
#[non_exhaustive]
pub enum Code {
    /// A call of `nango` whose promise is dropped.
    CallNotAwaited,
    /// A promise where a condition is asked for: it always holds.
    CallInCondition,
    /// `forEach` with a callback whose promise is dropped.
    CallbackNotAwaited,
    /// A promise in a variable that nobody awaits.
    PromiseNeverAwaited,
    /// A package that Nango does not offer.
    NangoPackage,
    /// `import()`, which fails in a run on Nango.
    NangoDynamicImport,
    /// A relative import as Nango's compiler does not find it.
    NangoImportExtension,
    /// A line of `index.ts` that Nango does not read.
    NangoIndexImport,
    /// A file or an import of another kind of module.
    NangoModuleKind,
    /// A name that the package `nango` does not export, or not as a value.
    NangoMissingExport,
    /// A default export that Nango's compiler does not understand.
    NangoDefaultExport,
    /// `createOnEvent()` of something else than an object literal.
    NangoFunctionParam,
    /// A value that a function's file exports by name.
    NangoNamedExport,
    /// A function's name that Nango does not take, or that two functions share.
    NangoFunctionName,
    /// A call that Nango's compiler wants to be awaited where it stands.
    NangoNeedsAwait,
    /// `retryOn` without `retries`.
    NangoRetryOn,
    /// A global that functions on Nango do not have.
    NangoGlobal,
    /// `console`, which Nango swallows.
    NangoConsole,
    /// A comment that silences nothing.
    UnusedIgnore,
}

impl Code {
    /// The stable text form.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        self.into()
    }

    /// Every code, in the order of the page about them.
    #[must_use]
    pub fn all() -> &'static [Self] {
        Self::VARIANTS
    }

    /// What it is about.
    #[must_use]
    pub fn family(self) -> Family {
        match self {
            Self::CallNotAwaited
            | Self::CallInCondition
            | Self::CallbackNotAwaited
            | Self::PromiseNeverAwaited => Family::Calls,
            Self::UnusedIgnore => Family::Ignores,
            _ => Family::Nango,
        }
    }

    /// How much it matters.
    #[must_use]
    pub fn severity(self) -> Severity {
        match self {
            Self::NangoConsole => Severity::Note,
            _ => match self.family() {
                Family::Calls => Severity::Error,
                Family::Nango | Family::Ignores => Severity::Warning,
            },
        }
    }

    /// What it is, in one sentence: for tools that list rules.
    #[must_use]
    pub fn summary(self) -> &'static str {
        match self {
            Self::CallNotAwaited => "A call of `nango` that nobody awaits: the run ends without it",
            Self::CallInCondition => "A promise in a condition, which always holds",
            Self::CallbackNotAwaited => "`forEach` does not wait for the promises of its callback",
            Self::PromiseNeverAwaited => "A promise is kept in a variable that nobody awaits",
            Self::NangoPackage => "A package that Nango does not offer",
            Self::NangoDynamicImport => "`import()` fails when a function runs on Nango",
            Self::NangoImportExtension => "A relative import as Nango's compiler does not find it",
            Self::NangoIndexImport => "A line of index.ts that Nango does not read",
            Self::NangoModuleKind => "Nango's compiler takes TypeScript in ECMAScript modules alone",
            Self::NangoMissingExport => "Nango's package `nango` does not export this",
            Self::NangoDefaultExport => {
                "Nango's compiler needs `export default createOnEvent({…})`, or a variable that holds it"
            }
            Self::NangoFunctionParam => "Nango's compiler needs an object literal here",
            Self::NangoNamedExport => {
                "Nango's compiler refuses values that a function's file exports by name"
            }
            Self::NangoFunctionName => "Nango does not take this function's name",
            Self::NangoNeedsAwait => "Nango's compiler wants this call awaited where it stands",
            Self::NangoRetryOn => "Nango's compiler refuses `retryOn` without `retries`",
            Self::NangoGlobal => "Functions on Nango do not have this global",
            Self::NangoConsole => "What `console` is given does not appear in Nango's logs",
            Self::UnusedIgnore => "A comment that silences nothing",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_code_has_a_text_form_that_leads_back() {
        for code in Code::all() {
            assert_eq!(code.as_str().parse::<Code>(), Ok(*code));
            let is_nangos = code.as_str().starts_with("nango_");
            assert_eq!(is_nangos, code.family() == Family::Nango, "{}", code.as_str());
        }
    }
}
