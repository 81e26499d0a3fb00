//! The servers that tests of the store start: PostgreSQL, and PgBouncer before it.

use std::fs;
use std::path::Path;
use std::process::Command;

use crate::failure::Failure;
use crate::process;
use crate::terminal;

/// Debian's packages.
const PACKAGES: [&str; 2] = ["postgresql", "pgbouncer"];

/// Makes sure that both are there. Root gets Debian's packages; everybody else is told what to install.
///
/// # Errors
/// When something is missing, and cannot be installed.
pub(crate) fn ensure() -> Result<(), Failure> {
    let missing: Vec<_> = PACKAGES.into_iter().filter(|package| !is_there(package)).collect();
    if missing.is_empty() {
        return Ok(());
    }
    let names = missing.join(" ");
    let help = || {
        Failure::new(format!("tests start servers of their own, and this is not installed: {names}"))
            .next(format!("apt-get install {names}, or what your system calls it"))
            .next("tests that need neither: cargo xtask test -- -E 'not package(onevent-store)'")
    };
    let is_root = process::read(Command::new("id").arg("-u")).is_some_and(|user| user == "0");
    if !is_root || !process::exists("apt-get") {
        return Err(help());
    }
    terminal::step("installing", format!("{names}, for the tests of the store"));
    let apt_get = |arguments: &[&str]| {
        let mut command = Command::new("apt-get");
        command.args(["-qq", "-y"]).args(arguments).env("DEBIAN_FRONTEND", "noninteractive");
        process::run(&mut command).map_err(|_| help())
    };
    apt_get(&["update"])?;
    apt_get(&[&["install", "--no-install-recommends"], missing.as_slice()].concat())
}

fn is_there(package: &str) -> bool {
    match package {
        "pgbouncer" => Path::new("/usr/sbin/pgbouncer").exists() || Path::new("/usr/bin/pgbouncer").exists(),
        _ => {
            let versions = fs::read_dir("/usr/lib/postgresql").into_iter().flatten().flatten();
            versions.map(|entry| entry.path().join("bin/initdb")).any(|program| program.exists())
                || process::exists("initdb")
        }
    }
}
