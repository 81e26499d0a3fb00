//! Serves an isolate the modules of one function, from memory, and nothing else.
#![expect(unsafe_code, reason = "deno_core wants compiled code that lives forever, or a copy for each run")]

use std::borrow::Cow;
use std::pin::Pin;
use std::rc::Rc;

use deno_core::error::ModuleLoaderError;
use deno_core::{
    FastString, ModuleLoadOptions, ModuleLoadReferrer, ModuleLoadResponse, ModuleLoader,
    ModuleResolveResponse, ModuleSource, ModuleSourceCode, ModuleSpecifier, ModuleType, RequestedModuleType,
    ResolutionKind, SourceCodeCacheInfo,
};
use deno_error::JsErrorBox;
use onevent_contract::specifier::{BUILT_IN_MODULES, built_in, specifier_of};
use onevent_contract::{DefaultImport, ImportTarget, ModuleFormat, ModuleSource as Source};
use onevent_ops::{FunctionModules, import_target};
use onevent_source::is_of_package;

use crate::inspect::{DebuggedBy, with_source_map};

use super::facade::{
    COMMON_JS, common_js_of, facade, json_facade, needs_scope, scope_suffix, specifier_of_common_js,
};

/// The module loader of one isolate.
pub(crate) struct FunctionLoader {
    modules: Rc<FunctionModules>,
    debugger: DebuggedBy,
}

impl FunctionLoader {
    pub(crate) fn new(modules: Rc<FunctionModules>) -> Self {
        Self { modules, debugger: None }
    }

    /// The same for an isolate that is debugged.
    pub(super) fn debugged(modules: Rc<FunctionModules>, debugger: DebuggedBy) -> Self {
        Self { modules, debugger }
    }

    fn resolve_import(&self, specifier: &str, referrer: &str) -> Result<ModuleSpecifier, ModuleLoaderError> {
        let target = self.target(specifier, referrer).ok_or_else(|| not_available(specifier))?;
        ModuleSpecifier::parse(&target).map_err(JsErrorBox::from_err)
    }

    /// The specifier of what the import means; `None` where it is not available.
    pub(crate) fn target(&self, specifier: &str, referrer: &str) -> Option<String> {
        let importer = self.modules.of_specifier(referrer);
        match importer.and_then(|importer| Some((importer, import_target(importer, specifier)?))) {
            Some((importer, ImportTarget::Module(path))) => Some(self.specifier_for(path, importer)),
            Some((_, ImportTarget::BuiltIn(name))) => Some(built_in(name)?.to_owned()),
            // What this engine wrote, then a specifier that is made at run time.
            None if self.is_written_by_engine(specifier, referrer) => Some(specifier.to_owned()),
            None => Some(built_in(specifier)?.to_owned()),
        }
    }

    /// Whether this engine may have put that import into the referrer, and not the author; or is the function's own
    /// file asked for.
    fn is_written_by_engine(&self, specifier: &str, referrer: &str) -> bool {
        let extended = || {
            self.modules.of_specifier(referrer).is_some_and(|importer| match &importer.format {
                ModuleFormat::EsModule { scope, .. } => !scope.is_empty(),
                ModuleFormat::Json => true,
                ModuleFormat::CommonJs { .. } => false,
            })
        };
        let own =
            self.modules.of_specifier(specifier).is_some() || specifier == entry_specifier(&self.modules);
        let built_in =
            specifier == COMMON_JS || BUILT_IN_MODULES.iter().any(|(_, module)| *module == specifier);
        own || (built_in && (common_js_of(referrer).is_some() || extended()))
    }

    /// The specifier of the module at `path` for the module that imports it.
    fn specifier_for(&self, path: &str, importer: &Source) -> String {
        let is_common_js = self
            .modules
            .get(path)
            .is_some_and(|module| matches!(module.format, ModuleFormat::CommonJs { .. }));
        match importer.format {
            _ if !is_common_js => specifier_of(path),
            ModuleFormat::EsModule { default_import, .. } => specifier_of_common_js(path, default_import),
            // `import()` in a CommonJS module.
            ModuleFormat::CommonJs { .. } | ModuleFormat::Json => {
                specifier_of_common_js(path, DefaultImport::ModuleExports)
            }
        }
    }

    /// The text of a module.
    pub(crate) fn source(
        &self,
        specifier: &ModuleSpecifier,
        wanted: &RequestedModuleType,
    ) -> Option<ModuleSource> {
        let (code, kind) = match common_js_of(specifier.as_str()) {
            Some((path, default_import)) => {
                self.modules.get(path)?;
                let make = || facade(&self.modules, path, default_import);
                (FastString::from(self.modules.text(specifier.as_str(), make)), ModuleType::JavaScript)
            }
            None => self.own_source(self.modules.of_specifier(specifier.as_str())?, wanted),
        };
        let cache = self.modules.of_specifier(specifier.as_str()).and_then(cache_of);
        Some(ModuleSource::new(kind, ModuleSourceCode::String(code), specifier, cache))
    }

    fn own_source(&self, module: &Source, wanted: &RequestedModuleType) -> (FastString, ModuleType) {
        match (&module.format, wanted) {
            (ModuleFormat::Json, RequestedModuleType::Json) => {
                (FastString::from(module.code.clone()), ModuleType::Json)
            }
            (ModuleFormat::Json, _) => {
                let make = || json_facade(&self.modules, &module.path, &module.code);
                (
                    FastString::from(self.modules.text(&specifier_of(&module.path), make)),
                    ModuleType::JavaScript,
                )
            }
            (ModuleFormat::EsModule { .. } | ModuleFormat::CommonJs { .. }, _) => {
                let code = match needs_scope(module) {
                    true => self.modules.text(&specifier_of(&module.path), || {
                        [&*module.code, &scope_suffix(&self.modules, module)].concat()
                    }),
                    false => module.code.clone(),
                };
                let code = match &self.debugger {
                    Some(debugger) => FastString::from(
                        with_source_map(&code, module, |path| debugger.url_of(path)).into_owned(),
                    ),
                    None => FastString::from(code),
                };
                (code, ModuleType::JavaScript)
            }
        }
    }
}

/// The compiled form of a package's module. A project's own files are few, and each function has its own.
fn cache_of(module: &Source) -> Option<SourceCodeCacheInfo> {
    match module.format {
        ModuleFormat::EsModule { .. } if is_of_package(&module.path) => {
            let data = module.compiled.get().map(|bytes| {
                // SAFETY: the bytes belong to the module, and are never changed once they are there. The loader holds
                // the modules for as long as its isolate lives, and so does `Isolate`, beyond it; nothing outside of the
                // isolate gets to see them, and V8 reads them only while it compiles.
                Cow::Borrowed(unsafe { std::slice::from_raw_parts(bytes.as_ptr(), bytes.len()) })
            });
            Some(SourceCodeCacheInfo { hash: 0, data })
        }
        _ => None,
    }
}

fn not_available(specifier: &str) -> JsErrorBox {
    JsErrorBox::type_error(format!("the module `{specifier}` is not available"))
}

/// The specifier of a function's own file.
pub(crate) fn entry_specifier(modules: &FunctionModules) -> String {
    match modules.entry() {
        Some(Source { path, format: ModuleFormat::CommonJs { .. }, .. }) => {
            specifier_of_common_js(path, DefaultImport::ExportedDefault)
        }
        Some(entry) => specifier_of(&entry.path),
        None => String::new(),
    }
}

impl ModuleLoader for FunctionLoader {
    fn resolve(&self, specifier: &str, referrer: &str, _kind: ResolutionKind) -> ModuleResolveResponse {
        self.resolve_import(specifier, referrer)
    }

    fn load(
        &self,
        specifier: &ModuleSpecifier,
        _referrer: Option<&ModuleLoadReferrer>,
        options: ModuleLoadOptions,
    ) -> ModuleLoadResponse {
        let source = self.source(specifier, &options.requested_module_type);
        ModuleLoadResponse::Sync(source.ok_or_else(|| not_available(specifier.as_str())))
    }

    fn code_cache_ready(
        &self,
        module_specifier: ModuleSpecifier,
        _hash: u64,
        code_cache: &[u8],
    ) -> Pin<Box<dyn Future<Output = ()>>> {
        if let Some(module) = self.modules.of_specifier(module_specifier.as_str()) {
            module.compiled.keep(code_cache.into());
        }
        Box::pin(std::future::ready(()))
    }

    fn get_source_map(&self, file_name: &str) -> Option<Cow<'_, [u8]>> {
        let module = self.modules.of_specifier(file_name)?;
        module.source_map.as_deref().map(Cow::Borrowed)
    }

    fn source_map_source_exists(&self, _source_url: &str) -> Option<bool> {
        Some(true)
    }
}
