//! Serves an isolate the modules of one function, from memory, and nothing else.

use std::borrow::Cow;
use std::collections::HashMap;
use std::sync::Arc;

use deno_core::error::ModuleLoaderError;
use deno_core::{
    FastString, ModuleLoadOptions, ModuleLoadReferrer, ModuleLoadResponse, ModuleLoader,
    ModuleResolveResponse, ModuleSource, ModuleSourceCode, ModuleSpecifier, ModuleType, ResolutionKind,
};
use deno_error::JsErrorBox;
use onevent_contract::ModuleSource as Source;

/// Where the modules of a project live for V8. Only this engine's loader gives it a meaning.
pub(crate) const PROJECT_ROOT: &str = "project:///";

/// The modules that every function can import, and what V8 knows them by: `nango` and `zod` are in the snapshot, the
/// others are made of lazily loaded scripts (`synthetic_esm` in `src/ops/mod.rs`).
const BUILT_IN: [(&str, &str); 8] = [
    ("nango", "onevent:nango"),
    ("zod", "onevent:zod"),
    ("buffer", "onevent:buffer"),
    ("node:buffer", "onevent:buffer"),
    ("crypto", "onevent:crypto"),
    ("node:crypto", "onevent:crypto"),
    ("url", "onevent:url"),
    ("node:url", "onevent:url"),
];

/// The built-in module of that name, if there is one.
pub(crate) fn built_in(specifier: &str) -> Option<&'static str> {
    BUILT_IN.iter().find(|(name, _)| *name == specifier).map(|(_, module)| *module)
}

/// The module loader of one isolate.
pub(super) struct FunctionLoader {
    modules: Arc<[Source]>,
    by_specifier: HashMap<String, usize>,
}

impl FunctionLoader {
    pub(super) fn new(modules: Arc<[Source]>) -> Self {
        let by_specifier =
            modules.iter().enumerate().map(|(index, module)| (specifier_of(&module.path), index)).collect();
        Self { modules, by_specifier }
    }

    fn module(&self, specifier: &str) -> Option<&Source> {
        self.modules.get(*self.by_specifier.get(specifier)?)
    }

    fn resolve_import(&self, specifier: &str, referrer: &str) -> Result<ModuleSpecifier, ModuleLoaderError> {
        let target = match built_in(specifier) {
            Some(module) => module.to_owned(),
            // The entry module is asked for by its own specifier.
            None if self.by_specifier.contains_key(specifier) => specifier.to_owned(),
            None => self
                .module(referrer)
                .and_then(|module| module.imports.iter().find(|(written, _)| written == specifier))
                .map(|(_, path)| specifier_of(path))
                .ok_or_else(|| {
                    JsErrorBox::type_error(format!("the module `{specifier}` is not available"))
                })?,
        };
        ModuleSpecifier::parse(&target).map_err(JsErrorBox::from_err)
    }
}

/// The specifier under which V8 knows the file at `path`.
pub(crate) fn specifier_of(path: &str) -> String {
    format!("{PROJECT_ROOT}{path}")
}

impl ModuleLoader for FunctionLoader {
    fn resolve(&self, specifier: &str, referrer: &str, _kind: ResolutionKind) -> ModuleResolveResponse {
        self.resolve_import(specifier, referrer)
    }

    fn load(
        &self,
        specifier: &ModuleSpecifier,
        _referrer: Option<&ModuleLoadReferrer>,
        _options: ModuleLoadOptions,
    ) -> ModuleLoadResponse {
        let source = self.module(specifier.as_str()).map(|module| {
            let code = ModuleSourceCode::String(FastString::from(module.code.clone()));
            ModuleSource::new(ModuleType::JavaScript, code, specifier, None)
        });
        ModuleLoadResponse::Sync(
            source
                .ok_or_else(|| JsErrorBox::type_error(format!("the module `{specifier}` is not available"))),
        )
    }

    fn get_source_map(&self, file_name: &str) -> Option<Cow<'_, [u8]>> {
        self.module(file_name).map(|module| Cow::Borrowed(&*module.source_map))
    }

    fn source_map_source_exists(&self, _source_url: &str) -> Option<bool> {
        Some(true)
    }
}
