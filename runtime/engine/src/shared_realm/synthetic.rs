//! Modules that are made of values instead of text.

use std::cell::RefCell;
use std::rc::Rc;

use deno_core::v8;

/// The modules that are made of what a script exports: specifier and script.
const OF_SCRIPTS: [(&str, &str); 3] = [
    ("onevent:buffer", "ext:onevent/buffer.js"),
    ("onevent:crypto", "ext:onevent/node_crypto.js"),
    ("onevent:url", "ext:onevent/node_url.js"),
];

/// The name of what `import name from` gets.
pub(super) const DEFAULT: &str = "default";

thread_local! {
    /// Those that all runs share. V8's callbacks are plain functions, and a thread has one shared isolate.
    static BUILT_IN: RefCell<Vec<Synthetic>> = const { RefCell::new(Vec::new()) };
    /// Those of the run whose turn it is.
    static OWN: RefCell<Option<Rc<SyntheticModules>>> = const { RefCell::new(None) };
}

/// Those of one run.
#[derive(Default)]
pub(super) struct SyntheticModules(RefCell<Vec<Synthetic>>);

impl SyntheticModules {
    /// Makes one of an object, whose members are what it exports.
    pub(super) fn make<'s>(
        &self,
        scope: &mut v8::PinScope<'s, '_>,
        specifier: &str,
        exports: v8::Local<'s, v8::Object>,
    ) -> Option<v8::Local<'s, v8::Module>> {
        let made = Synthetic::new(scope, specifier, exports, DefaultExport::AsNamed)?;
        let module = v8::Local::new(scope, &made.module);
        self.0.borrow_mut().push(made);
        Some(module)
    }
}

/// From here on it is the turn of the run that these belong to, or nobody's.
pub(super) fn set_own(own: Option<Rc<SyntheticModules>>) {
    drop(OWN.replace(own));
}

/// The one of that name that all runs share.
pub(super) fn built_in(specifier: &str) -> Option<v8::Global<v8::Module>> {
    BUILT_IN
        .with_borrow(|made| made.iter().find(|one| one.specifier == specifier).map(|one| one.module.clone()))
}

/// The isolate is going.
pub(super) fn forget() {
    set_own(None);
    drop(BUILT_IN.take());
}

/// A module that is made of values instead of text.
struct Synthetic {
    specifier: String,
    module: v8::Global<v8::Module>,
    exports: v8::Global<v8::Object>,
    default: DefaultExport,
}

/// What `import name from` gets of one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum DefaultExport {
    /// What the exports call so; where they do not, nothing.
    AsNamed,
    /// The exports themselves, as deno_core's synthetic modules give them.
    Exports,
}

impl Synthetic {
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
pub(super) fn make_built_in<'s>(
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
    BUILT_IN.replace(found);
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
    let own = OWN.with_borrow(|own| own.as_ref().and_then(|own| of(&own.0)));
    let (exports, default) = own.or_else(|| BUILT_IN.with(of))?;
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
