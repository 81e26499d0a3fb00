//! The scripts, as deno_core takes them.

use std::collections::BTreeMap;
use std::fmt::Write;
use std::path::Path;
use std::sync::Arc;

use deno_core::{Extension, ExtensionFileSource};
use serde_json::Value;

use super::error::BakeError;
use super::scripts::{LazyScript, Scripts};

/// Scripts of deno_web that an isolate evaluates at their first use, as ours in [`Scripts::lazy`].
const LAZY_SCRIPTS_OF_DENO_WEB: [&str; 2] = ["06_streams.js", "15_performance.js"];

/// The script behind the module `zod`.
const ZOD: &str = "ext:onevent/zod.js";

/// How a lazy script begins and ends as `js-sdk/build-scripts.mjs` writes it. Notices follow the end.
const WRAPPED: (&str, &str) = ("\"use strict\"; return (", ");\n");

fn read(path: &Path) -> Result<String, BakeError> {
    std::fs::read_to_string(path).map_err(|source| BakeError::Script { path: path.to_owned(), source })
}

pub(super) fn lazy_scripts(extensions: &[Extension], folder: &Path) -> Result<Vec<LazyScript>, BakeError> {
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

pub(super) fn add_sources(extensions: &mut [Extension], scripts: Scripts<'_>) -> Result<(), BakeError> {
    let onevent = extensions
        .last_mut()
        .ok_or_else(|| BakeError::Snapshot("there is no extension to bake".to_owned()))?;
    let bundle = read(scripts.bundle)?;
    let names = exported_names(&bundle)?;
    let evaluated = |file: &str| evaluated(scripts, file);
    let sources: [(&'static str, String); 6] = [
        ("ext:onevent/sdk.js", bundle),
        ("ext:onevent/built_in_modules.js", evaluated("built_in_modules.js")?),
        ("onevent:nango", facade("nango", &names)?),
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

/// A script that is evaluated while a snapshot is baked.
pub(super) fn evaluated(scripts: Scripts<'_>, file: &str) -> Result<String, BakeError> {
    read(&scripts.evaluated.join(file))
}

/// Lets a snapshot evaluate zod, and hold it.
pub(super) fn add_zod(extensions: &mut [Extension], lazy: &[LazyScript]) -> Result<(), BakeError> {
    let no_zod = || BakeError::Snapshot("there is no script of zod".to_owned());
    let script = lazy.iter().find(|script| script.specifier == ZOD).ok_or_else(no_zod)?;
    // deno_core wraps what it bakes by itself.
    let (start, end) = WRAPPED;
    let inside = script.code.strip_prefix(start).and_then(|code| Some(code.rsplit_once(end)?.0));
    let code: Arc<str> = Arc::from(inside.ok_or_else(no_zod)?);
    let onevent = extensions.last_mut().ok_or_else(no_zod)?;
    onevent.lazy_loaded_js_files = vec![ExtensionFileSource::new_computed(ZOD, code)].into();
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
/// name goes through a numbered constant: a name may be a reserved word.
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
