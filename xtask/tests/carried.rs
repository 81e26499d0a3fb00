//! `cargo xtask v8` on a machine that reaches nothing: no library installed, no mirror, no network.
#![cfg(all(target_os = "linux", target_arch = "x86_64"))]
#![allow(
    clippy::unwrap_used,
    clippy::disallowed_methods,
    reason = "a test, which stands for a machine and makes its environment"
)]

use std::env;
use std::fs;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

/// A program that asks V8 for its version, and nothing else.
const PROBE: &str = r#"
use std::ffi::{CStr, c_char};
unsafe extern "C" { fn v8__V8__GetVersion() -> *const c_char; }
fn main() {
    // SAFETY: V8 answers with a text that lives as long as the program.
    let version = unsafe { CStr::from_ptr(v8__V8__GetVersion()) };
    print!("{}", version.to_str().unwrap());
}
"#;

/// A cargo home that holds what cargo has of the registry, and no V8.
fn cargo_home_without_v8(folder: &Path) -> PathBuf {
    let real =
        env::var_os("CARGO_HOME").map_or_else(|| env::home_dir().unwrap().join(".cargo"), PathBuf::from);
    let home = folder.join("cargo-home");
    fs::create_dir(&home).unwrap();
    for entry in fs::read_dir(real).unwrap().map(Result::unwrap) {
        if entry.file_name() != ".rusty_v8" {
            symlink(entry.path(), home.join(entry.file_name())).unwrap();
        }
    }
    home
}

fn xtask_v8(cargo_home: &Path, empty: &Path) -> Output {
    let mut xtask = Command::new(env!("CARGO_BIN_EXE_xtask"));
    xtask.arg("v8").env("CARGO_HOME", cargo_home).env("CARGO_NET_OFFLINE", "true");
    // A mirror folder without the library, and a proxy that nobody listens at: port 9 of this machine.
    xtask.env("ONEVENT_V8_MIRROR", empty).env("https_proxy", "http://127.0.0.1:9").env("NO_COLOR", "1");
    for name in [
        "HTTPS_PROXY",
        "ALL_PROXY",
        "all_proxy",
        "NO_PROXY",
        "no_proxy",
        "RUSTY_V8_ARCHIVE",
        "RUSTY_V8_MIRROR",
    ] {
        xtask.env_remove(name);
    }
    xtask.output().unwrap()
}

fn version_of(library: &Path, folder: &Path) -> String {
    symlink(library, folder.join("librusty_v8.a")).unwrap();
    fs::write(folder.join("probe.rs"), PROBE).unwrap();
    let mut rustc = Command::new(env::var_os("RUSTC").unwrap_or_else(|| "rustc".into()));
    rustc.current_dir(folder).args(["--edition", "2024", "probe.rs", "-L", "native=."]);
    let built = rustc.args(["-l", "static:-bundle=rusty_v8", "-o", "probe"]).output().unwrap();
    assert!(built.status.success(), "{}", String::from_utf8_lossy(&built.stderr));
    let answer = Command::new(folder.join("probe")).output().unwrap();
    assert!(answer.status.success());
    String::from_utf8(answer.stdout).unwrap()
}

#[test]
fn the_carried_library_is_installed_and_links_where_nothing_else_is_reached() {
    let folder = tempfile::tempdir().unwrap();
    let empty = folder.path().join("empty");
    fs::create_dir(&empty).unwrap();
    let home = cargo_home_without_v8(folder.path());

    let first = xtask_v8(&home, &empty);
    let progress = String::from_utf8_lossy(&first.stderr).into_owned();
    assert!(first.status.success(), "{progress}");
    for announced in [
        "trying the mirror folder",
        "trying the release page",
        "trying the library that this repository carries",
    ] {
        assert!(progress.contains(announced), "{announced}: {progress}");
    }
    let library = PathBuf::from(String::from_utf8(first.stdout).unwrap().trim());
    assert!(library.starts_with(home.join(".rusty_v8")), "{}", library.display());
    // The crate's version 150.4.0 is V8 15.0.
    assert!(version_of(&library, folder.path()).starts_with("15.0."));

    let again = xtask_v8(&home, &empty);
    let progress = String::from_utf8_lossy(&again.stderr).into_owned();
    assert!(again.status.success() && progress.contains("already there"), "{progress}");
}
