//! Tests: a function over its fixture, and what differs.

mod compare;
mod find;
mod host;
mod junit;
mod replayed;
mod result;
mod run;
mod sibling;
mod update;

pub use self::find::{
    FixtureFilter, FoundFixture, FunctionSource, UnreadableProject, fixture_path, fixtures,
};
pub use self::host::{InvalidConnection, ProviderFacts, replay_host};
pub use self::junit::{JunitError, junit_xml};
pub use self::result::{Status, TestReport, TestResult};
pub use self::run::{Case, CaseOutcome, CaseRuntime, CaseSettings, NoFunction, OnDifference};
pub use self::sibling::completed;
