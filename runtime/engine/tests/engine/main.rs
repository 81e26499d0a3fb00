//! The engine against real isolates. One test binary: linking V8 is dear.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test may stop at the first surprise"
)]

/// What the tests of this program run in; `tests/shared` has the same ones in the other.
const REALM: onevent_engine::Realm = onevent_engine::Realm::Isolate;

mod actions;
mod admission;
mod bundles;
mod conformance;
mod descriptions;
mod effects;
mod globals;
mod kept;
mod lazy;
mod limit_errors;
mod limits;
mod loading;
mod lost;
mod members;
mod memory;
mod metadata;
mod outcomes;
mod packages;
mod prewarmed;
mod signatures;
mod snapshots;
mod stopped_at;
mod support;
mod zod_formats;
