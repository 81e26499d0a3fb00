//! The modules of one run: those of its function, evaluated in the run's own realm, and those that all runs share.

use std::cell::RefCell;
use std::collections::HashMap;
use std::rc::Rc;
use std::sync::Arc;

use deno_core::{ModuleSourceCode, ModuleType, RequestedModuleType, v8};
use onevent_contract::specifier::BUILT_IN_MODULES;
use onevent_ops::{FunctionModules, LoadedModules};

use crate::isolate::{COMMON_JS, FunctionLoader, entry_specifier};

/// The modules that are made of what a script exports: specifier and script.
const OF_SCRIPTS: [(&str, &str); 3] = [
    ("onevent:buffer", "ext:onevent/buffer.js"),
    ("onevent:crypto", "ext:onevent/node_crypto.js"),
    ("onevent:url", "ext:onevent/node_url.js"),
];

thread_local! {
    /// What V8's callbacks, which are plain functions, work on. A thread has one shared isolate.
    static STATE: State = State::default();
}

/// What an isolate has of modules.
#[derive(Default)]
struct State {
    /// Those of the run whose turn it is.
    current: RefCell<Option<Rc<RunModules>>>,
    /// Those that all runs share.
    built_in: RefCell<Vec<Synthetic>>,
    caches: CodeCaches,
}

/// The modules of the run whose turn it is.
pub(super) fn current() -> Option<Rc<RunModules>> {
    STATE.with(|state| state.current.borrow().clone())
}

/// From here on it is this run's turn, or nobody's.
pub(super) fn set_current(modules: Option<Rc<RunModules>>) {
    STATE.with(|state| drop(state.current.replace(modules)));
}

/// The isolate is going.
pub(super) fn forget() {
    set_current(None);
    STATE.with(|state| {
        drop(state.built_in.take());
        drop(state.caches.0.take());
    });
}

/// A module that is made of values instead of text.
struct Synthetic {
    specifier: String,
    module: v8::Global<v8::Module>,
    exports: v8::Global<v8::Object>,
    default: DefaultExport,
}

/// What `import name from` gets of a synthetic module.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum DefaultExport {
    /// What the exports call so; where they do not, nothing.
    AsNamed,
    /// The exports themselves, as deno_core's synthetic modules give them.
    Exports,
}

const DEFAULT: &str = "default";

impl Synthetic {
    fn is(&self, specifier: &str) -> bool {
        self.specifier == specifier
    }

    /// Makes one. V8 asks for the values when it is evaluated.
    fn new(
        scope: &mut v8::PinScope<'_, '_>,
        specifier: &str,
        exports: v8::Local<'_, v8::Object>,
        default: DefaultExport,
    ) -> Option<Self> {
        let keys = exports.get_own_property_names(scope, v8::GetPropertyNamesArgs::default())?;
        let mut names: Vec<v8::Local<'_, v8::String>> = Vec::new();
        for index in 0..keys.length() {
            names.push(keys.get_index(scope, index)?.try_into().ok()?);
        }
        if default == DefaultExport::Exports {
            names.push(v8::String::new(scope, DEFAULT)?);
        }
        let name = v8::String::new(scope, specifier)?;
        let module = v8::Module::create_synthetic_module(scope, name, &names, evaluate_synthetic);
        let module = v8::Global::new(scope, module);
        let exports = v8::Global::new(scope, exports);
        Some(Self { specifier: specifier.to_owned(), module, exports, default })
    }
}

/// Makes the modules that all runs share, and evaluates them in the shared realm.
pub(super) fn built_in<'s>(
    scope: &mut v8::PinScope<'s, '_>,
    made: v8::Local<'s, v8::Object>,
    nango: v8::Local<'s, v8::Value>,
    zod: v8::Local<'s, v8::Value>,
) -> Option<()> {
    let key = v8::String::new(scope, "builtIn")?;
    let of_script: v8::Local<'_, v8::Function> = made.get(scope, key.into())?.try_into().ok()?;
    let undefined = v8::undefined(scope).into();
    let mut found = vec![
        Synthetic::new(scope, "onevent:nango", nango.try_into().ok()?, DefaultExport::AsNamed)?,
        Synthetic::new(scope, "onevent:zod", zod.try_into().ok()?, DefaultExport::AsNamed)?,
    ];
    for (specifier, script) in OF_SCRIPTS {
        let script = v8::String::new(scope, script)?;
        let exports = of_script.call(scope, undefined, &[script.into()])?;
        found.push(Synthetic::new(scope, specifier, exports.try_into().ok()?, DefaultExport::Exports)?);
    }
    let modules: Vec<_> = found.iter().map(|one| v8::Local::new(scope, &one.module)).collect();
    STATE.with(|state| state.built_in.replace(found));
    for module in modules {
        module.instantiate_module(scope, resolve_nothing)?;
        module.evaluate(scope)?;
    }
    Some(())
}

fn resolve_nothing<'s>(
    _context: v8::Local<'s, v8::Context>,
    _specifier: v8::Local<'s, v8::String>,
    _attributes: v8::Local<'s, v8::FixedArray>,
    _referrer: v8::Local<'s, v8::Module>,
) -> Option<v8::Local<'s, v8::Module>> {
    None
}

fn evaluate_synthetic<'s>(
    context: v8::Local<'s, v8::Context>,
    module: v8::Local<'s, v8::Module>,
) -> Option<v8::Local<'s, v8::Value>> {
    // SAFETY: V8 calls this with a context that is valid until it returns.
    v8::callback_scope!(unsafe scope, context);
    let of = |made: &RefCell<Vec<Synthetic>>| {
        made.borrow().iter().find(|one| one.module == module).map(|one| (one.exports.clone(), one.default))
    };
    let own = current().and_then(|own| of(&own.synthetic));
    let (exports, default) = own.or_else(|| STATE.with(|state| of(&state.built_in)))?;
    let exports = v8::Local::new(scope, exports);
    let keys = exports.get_own_property_names(scope, v8::GetPropertyNamesArgs::default())?;
    for index in 0..keys.length() {
        let key = keys.get_index(scope, index)?;
        let value = exports.get(scope, key)?;
        module.set_synthetic_module_export(scope, key.try_into().ok()?, value)?;
    }
    if default == DefaultExport::Exports {
        let key = v8::String::new(scope, DEFAULT)?;
        module.set_synthetic_module_export(scope, key, exports.into())?;
    }
    let resolver = v8::PromiseResolver::new(scope)?;
    let undefined = v8::undefined(scope).into();
    resolver.resolve(scope, undefined)?;
    Some(resolver.get_promise(scope).into())
}

/// The compiled code of modules, for the runs to come. V8 tells sources apart by their length alone, so what was compiled
/// of one function's modules is never used for another's.
#[derive(Default)]
struct CodeCaches(RefCell<HashMap<usize, CodeCache>>);

struct CodeCache {
    // Held, so that no others can come to lie where they are.
    modules: Arc<LoadedModules>,
    code: HashMap<String, Rc<[u8]>>,
}

impl CodeCaches {
    fn get(&self, modules: &Arc<LoadedModules>, specifier: &str) -> Option<Rc<[u8]>> {
        self.0.borrow().get(&(Arc::as_ptr(modules) as usize))?.code.get(specifier).cloned()
    }

    fn knows(&self, modules: &Arc<LoadedModules>) -> bool {
        self.0.borrow().contains_key(&(Arc::as_ptr(modules) as usize))
    }

    fn keep(&self, modules: &Arc<LoadedModules>, code: HashMap<String, Rc<[u8]>>) {
        let mut caches = self.0.borrow_mut();
        // Functions that nobody else holds any more are not run again.
        caches.retain(|_, cache| Arc::strong_count(&cache.modules) > 1);
        caches.insert(Arc::as_ptr(modules) as usize, CodeCache { modules: Arc::clone(modules), code });
    }
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
    synthetic: RefCell<Vec<Synthetic>>,
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
            synthetic: RefCell::default(),
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
            let found = STATE.with(|state| {
                let built_in = state.built_in.borrow();
                built_in.iter().find(|one| one.is(specifier)).map(|one| one.module.clone())
            });
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
                self.keep_synthetic(scope, specifier, exports)
            }
            _ => self.compile(scope, specifier, code),
        }
    }

    fn keep_synthetic<'s>(
        &self,
        scope: &mut v8::PinScope<'s, '_>,
        specifier: &str,
        exports: v8::Local<'s, v8::Object>,
    ) -> Option<v8::Local<'s, v8::Module>> {
        let made = Synthetic::new(scope, specifier, exports, DefaultExport::AsNamed)?;
        let module = v8::Local::new(scope, &made.module);
        self.synthetic.borrow_mut().push(made);
        Some(module)
    }

    /// CommonJS has a state for each run.
    fn common_js<'s>(&self, scope: &mut v8::PinScope<'s, '_>) -> Option<v8::Local<'s, v8::Module>> {
        let make = v8::Local::new(scope, &self.common_js);
        let global = scope.get_current_context().global(scope);
        let undefined = v8::undefined(scope).into();
        let exports = make.call(scope, undefined, &[global.into()])?.try_into().ok()?;
        self.keep_synthetic(scope, COMMON_JS, exports)
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
        let cached = STATE.with(|state| state.caches.get(&self.loaded, specifier));
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
        STATE.with(|state| state.caches.knows(&self.loaded))
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
        STATE.with(|state| state.caches.keep(&self.loaded, code));
    }
}

fn not_available<'s>(scope: &mut v8::PinScope<'s, '_>, specifier: &str) -> Option<v8::Local<'s, v8::Module>> {
    let message = v8::String::new(scope, &format!("the module `{specifier}` is not available"))?;
    let error = v8::Exception::type_error(scope, message);
    scope.throw_exception(error);
    None
}
