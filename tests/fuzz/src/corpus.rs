//! Inputs that are kept: those that lead far into a target, and those by which something was found.

use std::fs;
use std::path::{Path, PathBuf};

use crate::target::Target;

/// Where the inputs of all targets are, a folder for each.
#[must_use]
pub fn folder() -> &'static Path {
    Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/corpus"))
}

/// The kept inputs of a target with their files, in the order of their names; and those that it makes itself.
#[must_use]
pub fn of(target: &Target) -> Vec<(PathBuf, Vec<u8>)> {
    let folder = folder().join(target.name);
    let mut files: Vec<PathBuf> =
        fs::read_dir(&folder).into_iter().flatten().flatten().map(|entry| entry.path()).collect();
    files.sort();
    let kept = files.into_iter().filter_map(|file| fs::read(&file).ok().map(|input| (file, input)));
    let made = (target.seeds)().into_iter().enumerate();
    kept.chain(made.map(|(number, input)| (PathBuf::from(format!("made {number}")), input))).collect()
}
