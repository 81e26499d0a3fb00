//! Runs that were recorded, and what their authors expect of them.
//!
//! [`RecordingHost`] listens to the host of a run and makes a [`Fixture`], the file that [`FixtureHost`] answers from
//! without network and database. [`vitest`] reads what an author's own test file says beside a fixture; nothing of it
//! is run. A [`Case`] is a function over its fixture, and tells what differs.
#![forbid(unsafe_code)]

mod case;
mod fixture;
mod recording;
pub mod vitest;

pub use case::{
    Case, CaseOutcome, CaseRuntime, CaseSettings, FixtureFilter, FoundFixture, FunctionSource,
    InvalidConnection, JunitError, NoFunction, OnDifference, ProviderFacts, Status, TestReport, TestResult,
    UnreadableProject, completed, fixture_path, fixtures, junit_xml, replay_host,
};
pub use fixture::{
    Fixture, FixtureError, FixtureHost, InteractionKey, MAX_FIXTURE_BYTES, Member, Replay, ReplayedAnswer,
    ReplayedRequest, plain_marks, same_json,
};
pub use recording::RecordingHost;
