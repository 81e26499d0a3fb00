//! Runs that were recorded, and what their authors expect of them.
//!
//! [`RecordingHost`] listens to the host of a run and makes a [`Fixture`], the file that [`FixtureHost`] answers from
//! without network and database. [`vitest`] reads what an author's own test file says beside a fixture; nothing of it
//! is run.
#![forbid(unsafe_code)]

mod fixture;
mod recording;
pub mod vitest;

pub use fixture::{
    Fixture, FixtureError, FixtureHost, InteractionKey, Member, Replay, ReplayedAnswer, ReplayedRequest,
    plain_marks, same_json,
};
pub use recording::RecordingHost;
