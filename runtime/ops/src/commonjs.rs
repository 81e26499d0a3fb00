//! The modules of one function, and what `js-sdk/src/shims/node/commonjs.ts` asks of them.
//!
//! The code that runs is what the loaded project holds: an op takes the path of a module, never code.

use std::cell::RefCell;
use std::rc::Rc;

use deno_core::{OpState, op2, v8};
use deno_error::JsErrorBox;
use onevent_contract::specifier::PROJECT_ROOT;
use onevent_contract::{ImportTarget, ModuleFormat, ModuleSource};
use serde::Serialize;

use crate::function_modules::FunctionModules;
use crate::modules::target;
use crate::runs::{SharedRuns, run_of};

/// The parameters of a CommonJS module's function: Node's, and two that are globals there.
const PARAMETERS: [&str; 7] =
    ["exports", "require", "module", "__filename", "__dirname", "global", "process"];

/// What `require` gets.
#[derive(Serialize)]
#[serde(tag = "kind", content = "name", rename_all = "snake_case")]
pub(crate) enum Required {
    /// A CommonJS module, by its path.
    CommonJs(String),
    /// A JSON file.
    Json(String),
    /// An ECMAScript module, by its path.
    EsModule(String),
    /// A module that every function has, by its name without `node:`.
    BuiltIn(String),
    /// One of Node's modules, which functions do not have.
    OfNode,
    /// Nothing.
    Missing,
}

fn modules(
    scope: &mut v8::PinScope<'_, '_>,
    state: &Rc<RefCell<OpState>>,
) -> Result<Rc<FunctionModules>, JsErrorBox> {
    let of_isolate = state.borrow().try_borrow::<Rc<FunctionModules>>().cloned();
    let modules = of_isolate.or_else(|| run_of(scope, state)?.modules().cloned());
    modules.ok_or_else(|| JsErrorBox::generic("this isolate has no modules"))
}

fn module<'a>(modules: &'a FunctionModules, path: &str) -> Result<&'a ModuleSource, JsErrorBox> {
    modules.get(path).ok_or_else(|| JsErrorBox::generic(format!("there is no module {path}")))
}

/// What `require(specifier)` means in the module at `path`.
#[op2]
#[serde]
pub(crate) fn op_onevent_require_target(
    scope: &mut v8::PinScope<'_, '_>,
    state: Rc<RefCell<OpState>>,
    #[string] path: &str,
    #[string] specifier: &str,
) -> Result<Required, JsErrorBox> {
    let modules = modules(scope, &state)?;
    let required = match target(module(&modules, path)?, specifier) {
        Some(ImportTarget::BuiltIn(name)) => {
            Required::BuiltIn(name.strip_prefix("node:").unwrap_or(name).to_owned())
        }
        Some(ImportTarget::Module(path)) => match module(&modules, path)?.format {
            ModuleFormat::CommonJs { .. } => Required::CommonJs(path.clone()),
            ModuleFormat::EsModule { .. } => Required::EsModule(path.clone()),
            ModuleFormat::Json => Required::Json(path.clone()),
        },
        None if nodejs_built_in_modules::is_nodejs_builtin_module(
            specifier.strip_prefix("node:").unwrap_or(specifier),
        ) =>
        {
            Required::OfNode
        }
        None => Required::Missing,
    };
    Ok(required)
}

/// The text of a JSON file.
#[op2]
#[string]
pub(crate) fn op_onevent_commonjs_json(
    scope: &mut v8::PinScope<'_, '_>,
    state: Rc<RefCell<OpState>>,
    #[string] path: &str,
) -> Result<String, JsErrorBox> {
    Ok(module(&*modules(scope, &state)?, path)?.code.as_ref().to_owned())
}

/// The CommonJS module at `path` as a function of [`PARAMETERS`], in sloppy mode as Node has it.
///
/// V8 compiles it for its embedder, so this works where code from strings is off; a function cannot come here with
/// code of its own.
#[op2(reentrant)]
pub(crate) fn op_onevent_commonjs_function<'s>(
    scope: &mut v8::PinScope<'s, '_>,
    state: Rc<RefCell<OpState>>,
    #[string] path: &str,
) -> Result<v8::Local<'s, v8::Value>, JsErrorBox> {
    let modules = modules(scope, &state)?;
    let module = module(&modules, path)?;
    // The function is one of the realm that it runs in: in a shared isolate that is not this op's.
    let context = shared_runs(&state).and_then(|runs| runs.current_context(scope));
    let context = context.map_or_else(|| scope.get_current_context(), |own| v8::Local::new(scope, own));
    let scope = &mut v8::ContextScope::new(scope, context);
    compile(scope, &modules, module)
}

fn shared_runs(state: &Rc<RefCell<OpState>>) -> Option<Rc<SharedRuns>> {
    state.borrow().try_borrow::<Rc<SharedRuns>>().cloned()
}

fn compile<'s>(
    scope: &mut v8::PinScope<'s, '_>,
    modules: &FunctionModules,
    module: &ModuleSource,
) -> Result<v8::Local<'s, v8::Value>, JsErrorBox> {
    let path = &module.path;
    let too_long = || JsErrorBox::range_error(format!("{path} is too large"));
    let name = v8::String::new(scope, &format!("{PROJECT_ROOT}{path}")).ok_or_else(too_long)?;
    let code = v8::String::new(scope, &module.code).ok_or_else(too_long)?;
    let origin = v8::ScriptOrigin::new(scope, name.into(), 0, 0, false, 0, None, false, false, false, None);
    let (mut source, options) = match module.compiled.get() {
        Some(compiled) => (
            v8::script_compiler::Source::new_with_cached_data(
                code,
                Some(&origin),
                v8::CachedData::new(compiled),
            ),
            v8::script_compiler::CompileOptions::ConsumeCodeCache,
        ),
        None => (
            v8::script_compiler::Source::new(code, Some(&origin)),
            v8::script_compiler::CompileOptions::NoCompileOptions,
        ),
    };
    let mut parameters = Vec::with_capacity(PARAMETERS.len());
    for parameter in PARAMETERS {
        parameters.push(v8::String::new(scope, parameter).ok_or_else(too_long)?);
    }
    let function = v8::script_compiler::compile_function(
        scope,
        &mut source,
        &parameters,
        &[],
        options,
        v8::script_compiler::NoCacheReason::NoReason,
    );
    if let Some(function) = function.filter(|_| module.compiled.get().is_none()) {
        modules.keep(path.clone(), v8::Global::new(scope, function));
    }
    // Without one, V8 has an exception pending, which goes to the caller.
    Ok(function.map_or_else(|| v8::undefined(scope).into(), Into::into))
}
