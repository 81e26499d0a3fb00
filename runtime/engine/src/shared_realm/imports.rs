//! How V8 links a run's modules: `import`, `import()` and `import.meta`.

use deno_core::{RequestedModuleType, v8};

use super::modules;

/// What the attributes of an import ask for: keys, values and, of static imports, places.
fn wanted(
    scope: &mut v8::PinScope<'_, '_>,
    attributes: v8::Local<'_, v8::FixedArray>,
) -> RequestedModuleType {
    for index in 0..attributes.length().saturating_sub(1) {
        let text = |index| -> Option<String> {
            let value: v8::Local<'_, v8::String> = attributes.get(scope, index)?.try_into().ok()?;
            Some(value.to_rust_string_lossy(scope))
        };
        if text(index).as_deref() == Some("type") && text(index + 1).as_deref() == Some("json") {
            return RequestedModuleType::Json;
        }
    }
    RequestedModuleType::None
}

/// `import … from`.
pub(super) fn resolve<'s>(
    context: v8::Local<'s, v8::Context>,
    specifier: v8::Local<'s, v8::String>,
    attributes: v8::Local<'s, v8::FixedArray>,
    referrer: v8::Local<'s, v8::Module>,
) -> Option<v8::Local<'s, v8::Module>> {
    // SAFETY: V8 calls this with a context that is valid until it returns.
    v8::callback_scope!(unsafe scope, context);
    let modules = modules::current()?;
    let referrer = modules.specifier_of(referrer)?;
    let specifier = specifier.to_rust_string_lossy(scope);
    let wanted = wanted(scope, attributes);
    modules.import(scope, &specifier, &referrer, &wanted)
}

/// `import()`.
pub(super) fn import<'s>(
    scope: &mut v8::PinScope<'s, '_>,
    _options: v8::Local<'s, v8::Data>,
    referrer: v8::Local<'s, v8::Value>,
    specifier: v8::Local<'s, v8::String>,
    attributes: v8::Local<'s, v8::FixedArray>,
) -> Option<v8::Local<'s, v8::Promise>> {
    let resolver = v8::PromiseResolver::new(scope)?;
    let promise = resolver.get_promise(scope);
    v8::tc_scope!(let scope, scope);
    let referrer = referrer.to_rust_string_lossy(scope);
    let specifier = specifier.to_rust_string_lossy(scope);
    let wanted = wanted(scope, attributes);
    let imported = modules::current().and_then(|modules| {
        let module = modules.import(scope, &specifier, &referrer, &wanted)?;
        if module.get_status() == v8::ModuleStatus::Uninstantiated {
            module.instantiate_module(scope, resolve)?;
        }
        let evaluated: v8::Local<'_, v8::Promise> = module.evaluate(scope)?.try_into().ok()?;
        let namespace = module.get_module_namespace();
        let hand_over = v8::Function::builder(hand_over).data(namespace).build(scope)?;
        evaluated.then(scope, hand_over)
    });
    match imported {
        Some(imported) => {
            resolver.resolve(scope, imported.into())?;
        }
        None => {
            // Without an exception V8 is being stopped, and nobody reads this.
            let reason = scope.exception()?;
            scope.reset();
            resolver.reject(scope, reason)?;
        }
    }
    Some(promise)
}

/// The same, as V8 asks for it where phases are known: a module is evaluated, or nothing.
pub(super) fn import_in_phase<'s>(
    scope: &mut v8::PinScope<'s, '_>,
    options: v8::Local<'s, v8::Data>,
    referrer: v8::Local<'s, v8::Value>,
    specifier: v8::Local<'s, v8::String>,
    _phase: v8::ModuleImportPhase,
    attributes: v8::Local<'s, v8::FixedArray>,
) -> Option<v8::Local<'s, v8::Promise>> {
    import(scope, options, referrer, specifier, attributes)
}

fn hand_over(
    _scope: &mut v8::PinScope<'_, '_>,
    arguments: v8::FunctionCallbackArguments<'_>,
    mut answer: v8::ReturnValue<'_, v8::Value>,
) {
    answer.set(arguments.data());
}

/// `import.meta`.
pub(super) extern "C" fn initialize_meta(
    context: v8::Local<'_, v8::Context>,
    module: v8::Local<'_, v8::Module>,
    meta: v8::Local<'_, v8::Object>,
) {
    // SAFETY: V8 calls this with a context that is valid until it returns.
    v8::callback_scope!(unsafe scope, context);
    let Some(modules) = modules::current() else { return };
    let Some(specifier) = modules.specifier_of(module) else { return };
    if let (Some(key), Some(url)) = (v8::String::new(scope, "url"), v8::String::new(scope, &specifier)) {
        meta.create_data_property(scope, key.into(), url.into());
    }
    let main = v8::Boolean::new(scope, modules.is_entry(&specifier));
    if let Some(key) = v8::String::new(scope, "main") {
        meta.create_data_property(scope, key.into(), main.into());
    }
}
