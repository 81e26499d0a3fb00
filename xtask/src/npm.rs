//! Pinned npm packages: installed where what pins them has changed.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::digest;
use crate::failure::Failure;
use crate::process;
use crate::terminal;

/// What pins the packages of a folder.
const MANIFESTS: [&str; 3] = ["package.json", "package-lock.json", ".npmrc"];

/// Inside `node_modules`, so that removing the folder removes the stamp.
fn stamp(folder: &Path) -> PathBuf {
    folder.join("node_modules/.onevent-packages")
}

/// Installs a folder's packages, where they are not those of its lock file already.
pub(crate) fn install(folder: &Path, whose: &str) -> Result<(), Failure> {
    let manifests = MANIFESTS.map(|name| folder.join(name));
    let wanted = digest::of_files(folder, &manifests)
        .map_err(|error| Failure::io(format!("cannot read what pins {whose}"), &error))?;
    if fs::read_to_string(stamp(folder)).ok().as_ref() == Some(&wanted) {
        return Ok(());
    }
    terminal::step("npm", format!("installing the pinned packages of {whose}"));
    let mut npm = Command::new("npm");
    npm.args(["ci", "--no-audit", "--no-fund"]).current_dir(folder);
    process::run(&mut npm).map_err(|failure| {
        failure
            .next("check that npm reaches its registry: npm ping")
            .next("behind a proxy or mirror: npm config set registry <url>")
    })?;
    fs::write(stamp(folder), wanted)
        .map_err(|error| Failure::io(format!("cannot write {}", stamp(folder).display()), &error))
}
