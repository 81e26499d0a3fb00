//! The targets, each in a file of its name.

mod address;
mod answers;
mod configuration;
mod fixture;
mod frames;
mod ops;
mod resolver;
mod schema;
mod template;
mod vitest;

use crate::target::Target;

/// All of them.
pub const ALL: &[Target] = &[
    resolver::TARGET,
    template::TARGET,
    address::TARGET,
    schema::TARGET,
    fixture::TARGET,
    configuration::TARGET,
    vitest::TARGET,
    ops::TARGET,
    frames::TARGET,
    answers::TARGET,
];

/// The target of that name.
#[must_use]
pub fn named(name: &str) -> Option<&'static Target> {
    ALL.iter().find(|target| target.name == name)
}
