//! All modules of one function: its file, and what that imports.

use std::collections::HashMap;
use std::sync::Arc;

use onevent_contract::ModuleSource;

use super::error::{LoadError, LoadErrorCode};
use super::parse::{Import, parse};
use super::source::ProjectSource;
use crate::isolate::built_in;

/// One function may consist of this many files.
const MAX_MODULES: usize = 1_000;

const ALLOWED: &str = "functions can import `nango`, `zod`, and files of the project by a relative path";

/// Reads files once, however many functions share them.
pub(super) struct ModuleReader<'a> {
    source: &'a ProjectSource,
    read: HashMap<String, Result<ModuleSource, LoadError>>,
}

impl<'a> ModuleReader<'a> {
    pub(super) fn new(source: &'a ProjectSource) -> Self {
        Self { source, read: HashMap::new() }
    }

    /// The modules that the file at `entry` needs; the entry comes first.
    pub(super) fn modules(&mut self, entry: &str) -> Result<Arc<[ModuleSource]>, LoadError> {
        let mut modules: Vec<ModuleSource> = Vec::new();
        let mut waiting = vec![entry.to_owned()];
        while let Some(path) = waiting.pop() {
            if modules.iter().any(|module| module.path == path) {
                continue;
            }
            if modules.len() == MAX_MODULES {
                let message = format!("{entry} consists of more than {MAX_MODULES} files");
                return Err(LoadError::new(LoadErrorCode::TooLarge, message));
            }
            let module = self.module(&path)?;
            waiting.extend(module.imports.iter().rev().map(|(_, target)| target.clone()));
            modules.push(module);
        }
        Ok(modules.into())
    }

    /// The text of a file, for code frames.
    pub(super) fn text(&self, path: &str) -> Option<Arc<str>> {
        self.source.read(path).ok()
    }

    fn module(&mut self, path: &str) -> Result<ModuleSource, LoadError> {
        if let Some(known) = self.read.get(path) {
            return known.clone();
        }
        let module = self.read_module(path);
        self.read.insert(path.to_owned(), module.clone());
        module
    }

    fn read_module(&self, path: &str) -> Result<ModuleSource, LoadError> {
        let file = parse(path, self.source.read(path)?)?;
        let mut imports = Vec::new();
        for import in &file.imports {
            if built_in(&import.specifier).is_none() {
                imports.push((import.specifier.clone(), resolve(self.source, path, import)?));
            }
        }
        let (code, source_map) = file.transpile(path)?;
        Ok(ModuleSource { path: path.to_owned(), code, source_map, imports })
    }
}

/// The project's file that an import means.
pub(super) fn resolve(source: &ProjectSource, importer: &str, import: &Import) -> Result<String, LoadError> {
    let specifier = &import.specifier;
    if !specifier.starts_with("./") && !specifier.starts_with("../") {
        let message = format!("the import of `{specifier}` is not allowed");
        return Err(LoadError::new(LoadErrorCode::DisallowedImport, message)
            .hint(ALLOWED)
            .at(import.position.clone()));
    }
    match source.resolve(importer, specifier) {
        Ok(Some(path)) => Ok(path),
        Ok(None) => {
            let message = format!("there is no file for the import of `{specifier}`");
            let hint = "tried the path itself, with .ts and .js, and as a folder with index.ts";
            Err(LoadError::new(LoadErrorCode::ModuleNotFound, message).hint(hint).at(import.position.clone()))
        }
        Err(error) => Err(error.hint(ALLOWED).at(import.position.clone())),
    }
}
