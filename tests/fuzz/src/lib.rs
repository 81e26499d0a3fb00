//! What onevent reads from strangers, fed with anything.
//!
//! A [`Target`] takes bytes and may neither panic, hang, take memory without a bound, nor break what it asserts. The same
//! targets run here with inputs that are made of a kept corpus (`corpus/NAME`), under `cargo xtask test` for seconds and under
//! `cargo xtask fuzz` for as long as somebody likes; and with cargo-fuzz, from the folder `fuzz` of the workspace.
#![forbid(unsafe_code)]

pub mod corpus;
mod input;
pub mod inputs;
mod target;
mod targets;

pub use target::Target;
pub use targets::{ALL, named};
