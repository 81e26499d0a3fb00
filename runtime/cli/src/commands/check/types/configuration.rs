//! What the compiler is given: the project's own tsconfig.json, the functions, and the types of `nango` where the project has none.

use std::io;
use std::path::{Path, PathBuf};

use serde_json::{Map, Value, json};
use tempfile::TempDir;

use crate::commands::types::DECLARATIONS;

/// The project's own configuration.
pub(super) const NAME: &str = "tsconfig.json";

/// A configuration for one run of the compiler. It goes with this value.
pub(super) struct Configuration {
    folder: TempDir,
}

impl Configuration {
    /// For the functions at these paths; `shown` is what the compiler makes of the project's own configuration.
    pub(super) fn write(project: &Path, entries: &[String], shown: Option<&str>) -> io::Result<Self> {
        let folder = folder(project)?;
        let shown: Value = shown.and_then(|text| serde_json::from_str(text).ok()).unwrap_or_default();
        let own = project.join(NAME);
        let mut options = if own.is_file() { Map::new() } else { defaults(project) };
        options.insert("noEmit".to_owned(), true.into());
        options.insert("composite".to_owned(), false.into());
        if shown["compilerOptions"].get("typeRoots").is_none() {
            options.insert("typeRoots".to_owned(), json!([project.join("node_modules/@types")]));
        }
        if !is_declared(project, &shown) {
            std::fs::write(folder.path().join("nango.d.ts"), DECLARATIONS)?;
            options.insert("paths".to_owned(), paths(project, &shown, &folder.path().join("nango.d.ts")));
        }
        let declarations = shown["files"].as_array().into_iter().flatten().filter_map(Value::as_str);
        let declarations = declarations.filter(|file| file.ends_with(".d.ts")).map(|file| project.join(file));
        let files: Vec<PathBuf> =
            entries.iter().map(|entry| project.join(entry)).chain(declarations).collect();
        let mut configuration = json!({ "files": files, "include": [], "compilerOptions": options });
        if own.is_file() {
            configuration["extends"] = json!(own);
        }
        std::fs::write(folder.path().join(NAME), configuration.to_string())?;
        Ok(Self { folder })
    }

    pub(super) fn path(&self) -> PathBuf {
        self.folder.path().join(NAME)
    }
}

/// In the project, so that the compiler finds what is installed there; elsewhere where that cannot be.
fn folder(project: &Path) -> io::Result<TempDir> {
    let mut builder = tempfile::Builder::new();
    let builder = builder.prefix(".onevent-check-");
    let own = [".onevent/cache", "node_modules"].map(|folder| project.join(folder));
    // A link may lead anywhere.
    let own = own.iter().filter(|folder| folder.canonicalize().is_ok_and(|real| real == **folder));
    let made = own.into_iter().find_map(|folder| builder.tempdir_in(folder).ok());
    made.map_or_else(|| builder.tempdir(), Ok)
}

/// For a project without a tsconfig.json: as in docs/types.md.
fn defaults(project: &Path) -> Map<String, Value> {
    let has_node = project.join("node_modules/@types/node").is_dir();
    let defaults = json!({
        "target": "es2024",
        // The web's globals, where nobody declares Node's.
        "lib": if has_node { json!(["es2024"]) } else { json!(["es2024", "dom", "dom.iterable"]) },
        "types": if has_node { json!(["node"]) } else { json!([]) },
        "module": "esnext",
        "moduleResolution": "bundler",
        "allowImportingTsExtensions": true,
        "resolveJsonModule": true,
        "strict": true,
        "skipLibCheck": true,
    });
    match defaults {
        Value::Object(defaults) => defaults,
        _ => Map::new(),
    }
}

/// Whether the project says itself what `nango` is.
fn is_declared(project: &Path, shown: &Value) -> bool {
    shown["compilerOptions"]["paths"].get("nango").is_some()
        || project.join("node_modules/nango/package.json").is_file()
}

/// The project's own aliases, and `nango`.
fn paths(project: &Path, shown: &Value, nango: &Path) -> Value {
    let mut paths = Map::new();
    if let Some(own) = shown["compilerOptions"]["paths"].as_object() {
        for (alias, targets) in own {
            let targets = targets.as_array().into_iter().flatten().filter_map(Value::as_str);
            paths.insert(alias.clone(), targets.map(|target| json!(project.join(target))).collect());
        }
    }
    paths.insert("nango".to_owned(), json!([nango]));
    Value::Object(paths)
}
