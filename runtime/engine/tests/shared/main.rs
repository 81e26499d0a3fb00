//! Shared isolates: what the tests of `tests/engine` hold of functions, in the other realm; and what only this one has to hold.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test may stop at the first surprise"
)]

const REALM: onevent_engine::Realm = onevent_engine::Realm::Shared;

#[path = "../engine/actions.rs"]
mod actions;
#[path = "../engine/admission.rs"]
mod admission;
#[path = "../engine/bundles.rs"]
mod bundles;
#[path = "../engine/effects.rs"]
mod effects;
#[path = "../engine/globals.rs"]
mod globals;
#[path = "../engine/lazy.rs"]
mod lazy;
#[path = "../engine/limits.rs"]
mod limits;
#[path = "../engine/lost.rs"]
mod lost;
#[path = "../engine/members.rs"]
mod members;
#[path = "../engine/metadata.rs"]
mod metadata;
#[path = "../engine/outcomes.rs"]
mod outcomes;
#[path = "../engine/packages.rs"]
mod packages;
#[path = "../engine/signatures.rs"]
mod signatures;
#[path = "../engine/support.rs"]
mod support;
#[path = "../engine/zod_formats.rs"]
mod zod_formats;

mod carried;
mod identity;
mod stops;
