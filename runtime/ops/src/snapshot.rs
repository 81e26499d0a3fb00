//! The recipe of the snapshot: web globals, the SDK and zod, evaluated once, when the program is built.

use std::collections::BTreeMap;
use std::fmt::Write;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use deno_core::snapshot::{CreateSnapshotOptions, create_snapshot};
use deno_core::{Extension, ExtensionFileSource};
use serde_json::Value;
use thiserror::Error;

/// Scripts of deno_web that an isolate evaluates at their first use, as ours in [`Scripts::lazy`].
const LAZY_SCRIPTS_OF_DENO_WEB: [&str; 2] = ["06_streams.js", "15_performance.js"];

/// Where the scripts of every isolate lie.
#[derive(Debug, Clone, Copy)]
pub struct Scripts<'a> {
    /// The SDK and zod, in one file. Its first line lists what they export.
    pub bundle: &'a Path,
    /// The folder of the scripts that the snapshot holds, evaluated.
    pub evaluated: &'a Path,
    /// The folder of the scripts that an isolate evaluates at the first use of what they make. They are no part of the
    /// snapshot: its size is the cold start of every run, and few runs use them.
    pub lazy: &'a Path,
}

/// What an isolate starts from.
#[derive(Debug)]
#[non_exhaustive]
pub struct Baked {
    /// The snapshot.
    pub snapshot: Box<[u8]>,
    /// What it does not hold, sorted by specifier, as deno_core wants it.
    pub lazy_scripts: Vec<LazyScript>,
}

/// A script that is evaluated at its first use.
#[derive(Debug)]
#[non_exhaustive]
pub struct LazyScript {
    /// What V8 knows it by.
    pub specifier: String,
    /// Its text.
    pub code: String,
}

/// Why there is no snapshot.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum BakeError {
    /// A script is missing.
    #[error("{} cannot be read: {source}", path.display())]
    Script {
        /// Where it should lie.
        path: PathBuf,
        /// Why it cannot be read.
        source: std::io::Error,
    },
    /// The bundle's first line is not what it should be.
    #[error("the first line of the SDK's bundle: {0}")]
    Header(String),
    /// deno_web has lost a script.
    #[error("{0}")]
    DenoWeb(String),
    /// V8 or deno_core could not do it.
    #[error("the snapshot could not be baked: {0}")]
    Snapshot(String),
}

/// Bakes the snapshot. V8 lives in the process from here on: nothing runs on a snapshot in the process that made it.
///
/// # Errors
/// A script is missing, or one of them throws.
pub fn bake(scripts: Scripts<'_>) -> Result<Baked, BakeError> {
    crate::v8_flags::set();
    let mut extensions = crate::extensions();
    let lazy_scripts = lazy_scripts(&extensions, scripts.lazy)?;
    add_sources(&mut extensions, scripts)?;
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
    .map_err(|error| BakeError::Snapshot(error.to_string()))?;
    Ok(Baked { snapshot: output.output, lazy_scripts })
}

/// `eval` and `new Function` are switched off on the context; that is part of the snapshot.
fn forbid_code_from_strings(runtime: &mut deno_core::JsRuntimeForSnapshot) {
    deno_core::scope!(scope, runtime);
    scope.get_current_context().set_allow_generation_from_strings(false);
}

fn read(path: &Path) -> Result<String, BakeError> {
    std::fs::read_to_string(path).map_err(|source| BakeError::Script { path: path.to_owned(), source })
}

fn lazy_scripts(extensions: &[Extension], folder: &Path) -> Result<Vec<LazyScript>, BakeError> {
    let mut scripts = Vec::new();
    for file in LAZY_SCRIPTS_OF_DENO_WEB {
        scripts.push(lazy_script_of_deno_web(extensions, file)?);
    }
    let unreadable = |source| BakeError::Script { path: folder.to_owned(), source };
    for file in std::fs::read_dir(folder).map_err(unreadable)? {
        let path = file.map_err(unreadable)?.path();
        if let (Some(name), Some("js")) =
            (path.file_name().and_then(|name| name.to_str()), path.extension().and_then(|end| end.to_str()))
        {
            scripts.push(LazyScript { specifier: format!("ext:onevent/{name}"), code: read(&path)? });
        }
    }
    scripts.sort_by(|one, other| one.specifier.cmp(&other.specifier));
    Ok(scripts)
}

fn lazy_script_of_deno_web(extensions: &[Extension], file: &str) -> Result<LazyScript, BakeError> {
    let specifier = format!("ext:deno_web/{file}");
    let mut sources = extensions.iter().flat_map(|extension| extension.lazy_loaded_js_files.iter());
    let source = sources
        .find(|source| source.specifier == specifier)
        .ok_or_else(|| BakeError::DenoWeb(format!("deno_web has no {specifier} any more")))?;
    let code = source.load().map_err(|error| BakeError::DenoWeb(format!("{specifier}: {error}")))?;
    Ok(LazyScript { specifier, code: code.as_str().to_owned() })
}

fn add_sources(extensions: &mut [Extension], scripts: Scripts<'_>) -> Result<(), BakeError> {
    let onevent = extensions
        .last_mut()
        .ok_or_else(|| BakeError::Snapshot("there is no extension to bake".to_owned()))?;
    let bundle = read(scripts.bundle)?;
    let names = exported_names(&bundle)?;
    let evaluated = |file: &str| read(&scripts.evaluated.join(file));
    let sources: [(&'static str, String); 7] = [
        ("ext:onevent/sdk.js", bundle),
        ("ext:onevent/built_in_modules.js", evaluated("built_in_modules.js")?),
        ("onevent:nango", facade("nango", &names)?),
        ("onevent:zod", facade("zod", &names)?),
        ("ext:onevent/console.js", evaluated("console.js")?),
        ("ext:onevent/lazy_globals.js", evaluated("lazy_globals.js")?),
        ("ext:onevent/bootstrap.js", evaluated("bootstrap.js")?),
    ];
    onevent.esm_files = sources
        .into_iter()
        .map(|(specifier, code)| ExtensionFileSource::new_computed(specifier, Arc::from(code)))
        .collect();
    onevent.esm_entry_point = Some("ext:onevent/bootstrap.js");
    Ok(())
}

/// The names that each module of the bundle exports: its first line says them, as JSON.
fn exported_names(bundle: &str) -> Result<BTreeMap<String, Value>, BakeError> {
    let header = bundle
        .lines()
        .next()
        .and_then(|line| line.strip_prefix("// onevent-sdk "))
        .ok_or_else(|| BakeError::Header("it lists nothing".to_owned()))?;
    serde_json::from_str(header).map_err(|error| BakeError::Header(error.to_string()))
}

/// A module that exports the members of one namespace object of the bundle under their own names.
///
/// Only internal modules may import `ext:` ones, so the namespace comes from where `built_in_modules.js` put it. Each
/// name goes through a numbered constant, because some of zod's exports are reserved words (`function`, `enum`,
/// `null`).
fn facade(namespace: &str, names: &BTreeMap<String, Value>) -> Result<String, BakeError> {
    let names = names
        .get(namespace)
        .and_then(Value::as_array)
        .ok_or_else(|| BakeError::Header(format!("it does not list `{namespace}`")))?;
    let mut code = format!("const source = globalThis.__onevent_modules.{namespace};\n");
    for (number, name) in names.iter().filter_map(Value::as_str).enumerate() {
        let _ = writeln!(
            code,
            "const export{number} = source['{name}'];\nexport {{ export{number} as {name} }};"
        );
    }
    Ok(code)
}
