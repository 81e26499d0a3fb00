//! Bakes the startup snapshot: web globals, the SDK and zod, evaluated.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use deno_core::snapshot::{CreateSnapshotOptions, create_snapshot};
use deno_core::{Extension, ExtensionFileSource};

// The snapshot must hold exactly the ops that will run on it.
#[path = "src/ops/mod.rs"]
#[expect(dead_code, reason = "baking calls no op, so it reads none of their state")]
#[expect(unused_imports, reason = "one module, seen from two crates")]
mod ops;
#[path = "src/v8_flags.rs"]
mod v8_flags;

/// A link to what `cargo xtask sdk` generates, so that a packaged crate carries the file itself, notices included.
const BUNDLE: &str = "sdk.js";
const NEXT_STEP: &str = "run `cargo xtask setup` once, then build again";

fn main() {
    if let Err(message) = bake() {
        println!("cargo::error={message}");
        std::process::exit(1);
    }
}

fn bake() -> Result<(), String> {
    println!("cargo::rerun-if-changed=build.rs");
    println!("cargo::rerun-if-changed=js");
    println!("cargo::rerun-if-changed={BUNDLE}");
    let bundle = std::fs::read_to_string(BUNDLE)
        .map_err(|error| format!("the SDK bundle js-sdk/dist/sdk.js is missing ({error}): {NEXT_STEP}"))?;
    for shim in ["js/lazy/buffer.js", "js/lazy/node_url.js"] {
        println!("cargo::rerun-if-changed={shim}");
        std::fs::metadata(shim).map_err(|error| format!("{shim} is missing ({error}): {NEXT_STEP}"))?;
    }
    v8_flags::set();
    let mut extensions = ops::extensions();
    for file in ["06_streams.js", "15_performance.js"] {
        keep_lazy_script(&extensions, file)?;
    }
    add_sources(&mut extensions, &bundle)?;
    let output = create_snapshot(
        CreateSnapshotOptions {
            cargo_manifest_dir: env!("CARGO_MANIFEST_DIR"),
            startup_snapshot: None,
            skip_op_registration: false,
            extensions,
            extension_transpiler: None,
            with_runtime_cb: Some(Box::new(forbid_code_from_strings)),
        },
        None,
    )
    .map_err(|error| format!("the snapshot could not be baked: {error}"))?;
    std::fs::write(out_dir()?.join("onevent.snapshot"), &output.output)
        .map_err(|error| format!("the snapshot could not be written: {error}"))
}

/// Puts one of deno_web's scripts that the snapshot does not hold where `src/isolate/lazy_scripts.rs` includes it.
fn keep_lazy_script(extensions: &[Extension], file: &str) -> Result<(), String> {
    let specifier = format!("ext:deno_web/{file}");
    let mut sources = extensions.iter().flat_map(|extension| extension.lazy_loaded_js_files.iter());
    let source = sources
        .find(|source| source.specifier == specifier)
        .ok_or_else(|| format!("deno_web has no {specifier} any more"))?;
    let code = source.load().map_err(|error| format!("{specifier}: {error}"))?;
    std::fs::write(out_dir()?.join(file), code.as_str()).map_err(|error| format!("{file}: {error}"))
}

#[expect(
    clippy::disallowed_methods,
    reason = "cargo tells a build script its folder through the environment"
)]
fn out_dir() -> Result<PathBuf, String> {
    std::env::var_os("OUT_DIR").map(PathBuf::from).ok_or_else(|| "cargo did not set OUT_DIR".to_owned())
}

/// `eval` and `new Function` are switched off on the context; that is part of the snapshot.
fn forbid_code_from_strings(runtime: &mut deno_core::JsRuntimeForSnapshot) {
    deno_core::scope!(scope, runtime);
    scope.get_current_context().set_allow_generation_from_strings(false);
}

fn add_sources(extensions: &mut [Extension], bundle: &str) -> Result<(), String> {
    let onevent = extensions.last_mut().ok_or("there is no extension to bake")?;
    let names = exported_names(bundle)?;
    let read = |file: &str| {
        std::fs::read_to_string(Path::new("js").join(file)).map_err(|error| format!("js/{file}: {error}"))
    };
    let sources: [(&'static str, String); 7] = [
        ("ext:onevent/sdk.js", bundle.to_owned()),
        ("ext:onevent/built_in_modules.js", read("built_in_modules.js")?),
        ("onevent:nango", facade("nango", &names)?),
        ("onevent:zod", facade("zod", &names)?),
        ("ext:onevent/console.js", read("console.js")?),
        ("ext:onevent/lazy_globals.js", read("lazy_globals.js")?),
        ("ext:onevent/bootstrap.js", read("bootstrap.js")?),
    ];
    onevent.esm_files = sources
        .into_iter()
        .map(|(specifier, code)| ExtensionFileSource::new_computed(specifier, Arc::from(code)))
        .collect();
    onevent.esm_entry_point = Some("ext:onevent/bootstrap.js");
    Ok(())
}

/// The names that each module of the bundle exports: its first line says them, as JSON.
fn exported_names(bundle: &str) -> Result<BTreeMap<String, serde_json::Value>, String> {
    let header = bundle
        .lines()
        .next()
        .and_then(|line| line.strip_prefix("// onevent-sdk "))
        .ok_or_else(|| format!("js-sdk/dist/sdk.js has no header: {NEXT_STEP}"))?;
    serde_json::from_str(header)
        .map_err(|error| format!("the header of js-sdk/dist/sdk.js cannot be read ({error}): {NEXT_STEP}"))
}

/// A module that exports the members of one namespace object of the bundle under their own names.
///
/// Only internal modules may import `ext:` ones, so the namespace comes from where `js/built_in_modules.js` put it.
/// Each name goes through a numbered constant, because some of zod's exports are reserved words (`function`,
/// `enum`, `null`).
fn facade(namespace: &str, names: &BTreeMap<String, serde_json::Value>) -> Result<String, String> {
    use std::fmt::Write;
    let names = names
        .get(namespace)
        .and_then(serde_json::Value::as_array)
        .ok_or_else(|| format!("the bundle's header does not list `{namespace}`"))?;
    let mut code = format!("const source = globalThis.__onevent_modules.{namespace};\n");
    for (number, name) in names.iter().filter_map(serde_json::Value::as_str).enumerate() {
        let _ = writeln!(
            code,
            "const export{number} = source['{name}'];\nexport {{ export{number} as {name} }};"
        );
    }
    Ok(code)
}
