//! Bakes the snapshots that isolates start from. `onevent-ops` has the recipe; here is only where things lie.

use std::fmt::Write;
use std::path::{Path, PathBuf};

use onevent_ops::snapshot::{Baked, LazyScript, Scripts, bake};
use sha2::{Digest as _, Sha256};

/// The bundle is a link to what `cargo xtask sdk` generates, so that a packaged crate carries the file itself, notices
/// included.
const SCRIPTS: [&str; 3] = ["sdk.js", "js", "js/lazy"];

fn main() {
    if let Err(message) = build() {
        println!("cargo::error={message}");
        std::process::exit(1);
    }
}

fn build() -> Result<(), String> {
    let [bundle, evaluated, lazy] = SCRIPTS.map(Path::new);
    println!("cargo::rerun-if-changed=build.rs");
    for path in SCRIPTS {
        println!("cargo::rerun-if-changed={path}");
    }
    // A link's target is not part of its folder.
    for file in std::fs::read_dir(lazy).into_iter().flatten().flatten() {
        println!("cargo::rerun-if-changed={}", file.path().display());
    }
    let baked = bake(Scripts { bundle, evaluated, lazy })
        .map_err(|error| format!("{error}: run `cargo xtask setup` once, then build again"))?;
    write(&out_dir()?, &baked).map_err(|error| format!("the snapshots could not be written: {error}"))
}

/// Writes the snapshots, and beside them the scripts that they do not hold, with a table of those in Rust.
fn write(folder: &Path, baked: &Baked) -> std::io::Result<()> {
    std::fs::write(folder.join("without_zod.snapshot"), &baked.without_zod)?;
    std::fs::write(folder.join("with_zod.snapshot"), &baked.with_zod)?;
    std::fs::write(folder.join("snapshots.sha256"), digest(baked))?;
    let mut table = "&[\n".to_owned();
    for LazyScript { specifier, code, .. } in &baked.lazy_scripts {
        let file = specifier.rsplit('/').next().unwrap_or(specifier);
        std::fs::write(folder.join(file), code)?;
        let _ = writeln!(table, "({specifier:?}, include_str!(concat!(env!(\"OUT_DIR\"), \"/{file}\"))),");
    }
    table.push(']');
    std::fs::write(folder.join("lazy_scripts.rs"), table)
}

/// Of all that was baked.
fn digest(baked: &Baked) -> String {
    let mut hash = Sha256::new();
    hash.update(&baked.without_zod);
    hash.update(&baked.with_zod);
    for LazyScript { code, .. } in &baked.lazy_scripts {
        hash.update(code.as_bytes());
    }
    let digest = hash.finalize();
    digest.iter().fold(String::new(), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}

#[expect(
    clippy::disallowed_methods,
    reason = "cargo tells a build script its folder through the environment"
)]
fn out_dir() -> Result<PathBuf, String> {
    std::env::var_os("OUT_DIR").map(PathBuf::from).ok_or_else(|| "cargo did not set OUT_DIR".to_owned())
}
