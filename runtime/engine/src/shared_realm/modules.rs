//! The modules of one run: those of its function, evaluated in the run's own realm, and those that all runs share.

use std::cell::RefCell;
use std::collections::HashMap;
use std::rc::Rc;
use std::sync::Arc;

use deno_core::{ModuleSourceCode, ModuleType, RequestedModuleType, v8};
use onevent_contract::specifier::BUILT_IN_MODULES;
use onevent_ops::{FunctionModules, LoadedModules};

use super::code_caches;
use super::synthetic::{self, DEFAULT, SyntheticModules};
use crate::isolate::{COMMON_JS, FunctionLoader, entry_specifier};

thread_local! {
    /// Those of the run whose turn it is: V8's callbacks are plain functions. A thread has one shared isolate.
    static CURRENT: RefCell<Option<Rc<RunModules>>> = const { RefCell::new(None) };
}

/// The modules of the run whose turn it is.
pub(super) fn current() -> Option<Rc<RunModules>> {
    CURRENT.with_borrow(Clone::clone)
}

/// From here on it is this run's turn, or nobody's.
pub(super) fn set_current(modules: Option<Rc<RunModules>>) {
    synthetic::set_own(modules.as_ref().map(|modules| Rc::clone(&modules.synthetic)));
    drop(CURRENT.replace(modules));
}

/// The isolate is going.
pub(super) fn forget() {
    set_current(None);
    synthetic::forget();
    code_caches::forget();
}

/// The modules of one run.
pub(super) struct RunModules {
    pub(super) function: Rc<FunctionModules>,
    loaded: Arc<LoadedModules>,
    loader: FunctionLoader,
    entry: String,
    by_specifier: RefCell<HashMap<String, v8::Global<v8::Module>>>,
    /// Script -> specifier, of those that were compiled from text.
    by_script: RefCell<HashMap<i32, String>>,
    synthetic: Rc<SyntheticModules>,
    common_js: v8::Global<v8::Function>,
}

impl RunModules {
    pub(super) fn new(loaded: Arc<LoadedModules>, common_js: v8::Global<v8::Function>) -> Self {
        let function = Rc::new(FunctionModules::new(Arc::clone(&loaded)));
        Self {
            loader: FunctionLoader::new(Rc::clone(&function)),
            entry: entry_specifier(&function),
            function,
            loaded,
            by_specifier: RefCell::default(),
            by_script: RefCell::default(),
            synthetic: Rc::default(),
            common_js,
        }
    }

    pub(super) fn source_map(&self, file_name: &str) -> Option<Vec<u8>> {
        Some(self.function.of_specifier(file_name)?.source_map.as_deref()?.to_vec())
    }

    /// The specifier of a module that was compiled from text.
    pub(super) fn specifier_of(&self, module: v8::Local<'_, v8::Module>) -> Option<String> {
        self.by_script.borrow().get(&module.script_id()?).cloned()
    }

    pub(super) fn is_entry(&self, specifier: &str) -> bool {
        self.entry == specifier
    }

    /// The function's own file.
    pub(super) fn entry<'s>(&self, scope: &mut v8::PinScope<'s, '_>) -> Option<v8::Local<'s, v8::Module>> {
        self.module(scope, &self.entry, &RequestedModuleType::None)
    }

    /// The module that `specifier` means to `referrer`. `None` with an exception in V8.
    pub(super) fn import<'s>(
        &self,
        scope: &mut v8::PinScope<'s, '_>,
        specifier: &str,
        referrer: &str,
        wanted: &RequestedModuleType,
    ) -> Option<v8::Local<'s, v8::Module>> {
        match self.loader.target(specifier, referrer) {
            Some(target) => self.module(scope, &target, wanted),
            None => not_available(scope, specifier),
        }
    }

    fn module<'s>(
        &self,
        scope: &mut v8::PinScope<'s, '_>,
        specifier: &str,
        wanted: &RequestedModuleType,
    ) -> Option<v8::Local<'s, v8::Module>> {
        // A JSON file is another module to who imports it with the attribute.
        let key = match wanted {
            RequestedModuleType::Json => format!("{specifier} as json"),
            _ => specifier.to_owned(),
        };
        if let Some(known) = self.by_specifier.borrow().get(&key) {
            return Some(v8::Local::new(scope, known));
        }
        let module = self.make(scope, specifier, wanted)?;
        let kept = v8::Global::new(scope, module);
        self.by_specifier.borrow_mut().insert(key, kept);
        Some(module)
    }

    fn make<'s>(
        &self,
        scope: &mut v8::PinScope<'s, '_>,
        specifier: &str,
        wanted: &RequestedModuleType,
    ) -> Option<v8::Local<'s, v8::Module>> {
        if specifier == COMMON_JS {
            return self.common_js(scope);
        }
        if BUILT_IN_MODULES.iter().any(|(_, built_in)| *built_in == specifier) {
            let found = synthetic::built_in(specifier);
            return found.map(|module| v8::Local::new(scope, module));
        }
        let parsed = deno_core::ModuleSpecifier::parse(specifier).ok();
        let source = parsed.and_then(|parsed| self.loader.source(&parsed, wanted));
        let Some(source) = source else { return not_available(scope, specifier) };
        let ModuleSourceCode::String(code) = source.code else { return not_available(scope, specifier) };
        let code = code.v8_string(scope).ok()?;
        match source.module_type {
            ModuleType::Json => {
                let value = v8::json::parse(scope, code)?;
                let exports = v8::Object::new(scope);
                let key = v8::String::new(scope, DEFAULT)?;
                exports.create_data_property(scope, key.into(), value)?;
                self.synthetic.make(scope, specifier, exports)
            }
            _ => self.compile(scope, specifier, code),
        }
    }

    /// CommonJS has a state for each run.
    fn common_js<'s>(&self, scope: &mut v8::PinScope<'s, '_>) -> Option<v8::Local<'s, v8::Module>> {
        let make = v8::Local::new(scope, &self.common_js);
        let global = scope.get_current_context().global(scope);
        let undefined = v8::undefined(scope).into();
        let exports = make.call(scope, undefined, &[global.into()])?.try_into().ok()?;
        self.synthetic.make(scope, COMMON_JS, exports)
    }

    fn compile<'s>(
        &self,
        scope: &mut v8::PinScope<'s, '_>,
        specifier: &str,
        code: v8::Local<'s, v8::String>,
    ) -> Option<v8::Local<'s, v8::Module>> {
        let name = v8::String::new(scope, specifier)?;
        let origin =
            v8::ScriptOrigin::new(scope, name.into(), 0, 0, false, 0, None, false, false, true, None);
        let cached = code_caches::get(&self.loaded, specifier);
        let module = match &cached {
            Some(bytes) => {
                let cached = v8::CachedData::new(bytes);
                let mut source =
                    v8::script_compiler::Source::new_with_cached_data(code, Some(&origin), cached);
                v8::script_compiler::compile_module2(
                    scope,
                    &mut source,
                    v8::script_compiler::CompileOptions::ConsumeCodeCache,
                    v8::script_compiler::NoCacheReason::NoReason,
                )
            }
            None => {
                let mut source = v8::script_compiler::Source::new(code, Some(&origin));
                v8::script_compiler::compile_module(scope, &mut source)
            }
        }?;
        self.by_script.borrow_mut().insert(module.script_id()?, specifier.to_owned());
        Some(module)
    }

    pub(super) fn has_kept_code(&self) -> bool {
        code_caches::knows(&self.loaded)
    }

    /// Keeps what was compiled, the functions that were called included, for the runs to come.
    pub(super) fn keep_code(&self, scope: &mut v8::PinScope<'_, '_>) {
        self.function.keep_compiled_code(scope);
        let mut code = HashMap::new();
        for (specifier, module) in &*self.by_specifier.borrow() {
            let module = v8::Local::new(scope, module);
            if !module.is_source_text_module() {
                continue;
            }
            if let Some(bytes) = module.get_unbound_module_script(scope).create_code_cache() {
                code.insert(specifier.clone(), Rc::from(&bytes[..]));
            }
        }
        code_caches::keep(&self.loaded, code);
    }
}

fn not_available<'s>(scope: &mut v8::PinScope<'s, '_>, specifier: &str) -> Option<v8::Local<'s, v8::Module>> {
    let message = v8::String::new(scope, &format!("the module `{specifier}` is not available"))?;
    let error = v8::Exception::type_error(scope, message);
    scope.throw_exception(error);
    None
}
