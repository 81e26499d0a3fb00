//! The functions of the SDK that the engine calls.

use deno_core::error::JsError;
use deno_core::v8;
use onevent_ops::{Completion, RunState};
use serde_json::Value;

use super::runtime::{Interrupted, Isolate};
use crate::limits::MAX_DECLARED_BYTES;

/// What `describe` and `execute` read of a default export.
const READ: [&str; 7] = ["type", "exec", "metadata", "description", "event", "input", "output"];

impl Isolate {
    /// Whether describing the module runs nothing of its own: what is read of its default export are values.
    pub(super) fn is_plainly_read(&mut self, namespace: &v8::Global<v8::Object>) -> bool {
        deno_core::scope!(scope, self.runtime);
        let namespace = v8::Local::new(scope, namespace);
        is_plainly_read(scope, namespace).unwrap_or(false)
    }

    /// Whether describing the module has run nothing of its own, as far as its schemas go.
    pub(super) fn is_plainly_described(&mut self, namespace: &v8::Global<v8::Object>) -> bool {
        deno_core::scope!(scope, self.runtime);
        let is_plainly_described = v8::Local::new(scope, &self.is_plainly_described);
        let namespace = v8::Local::new(scope, namespace);
        let undefined = v8::undefined(scope).into();
        let answer = is_plainly_described.call(scope, undefined, &[namespace.into()]);
        answer.is_some_and(|answer| answer.is_true())
    }

    /// Calls the SDK's `describe` with the module's namespace.
    pub(super) fn describe(&mut self, namespace: &v8::Global<v8::Object>) -> Result<String, Interrupted> {
        let described = {
            deno_core::scope!(scope, self.runtime);
            v8::tc_scope!(let scope, scope);
            let describe = v8::Local::new(scope, &self.describe);
            let namespace = v8::Local::new(scope, namespace);
            let undefined = v8::undefined(scope).into();
            match describe.call(scope, undefined, &[namespace.into()]) {
                Some(text) => match v8::Local::<v8::String>::try_from(text) {
                    Ok(text) if text.length() > MAX_DECLARED_BYTES => {
                        Err(Interrupted::DeclaredTooMuch(text.length() as u64))
                    }
                    _ => Ok(text.to_rust_string_lossy(scope)),
                },
                None => {
                    let exception = scope.exception();
                    let exception = exception.map(|thrown| JsError::from_v8_exception(scope, thrown));
                    Err(thrown(exception, "the module cannot be described"))
                }
            }
        };
        self.unless_stopped(described)
    }

    /// Calls the SDK's `execute`, and waits for it to settle.
    pub(super) async fn run(
        &mut self,
        namespace: &v8::Global<v8::Object>,
        facts: &Value,
        run: &RunState,
    ) -> Result<Completion, Interrupted> {
        self.call_execute(namespace, &facts.to_string())?;
        let settled = self.drive(std::future::poll_fn(|cx| run.poll_end(cx))).await?;
        settled.map_err(Interrupted::HostFailed)
    }

    fn call_execute(&mut self, namespace: &v8::Global<v8::Object>, facts: &str) -> Result<(), Interrupted> {
        let called = {
            deno_core::scope!(scope, self.runtime);
            v8::tc_scope!(let scope, scope);
            let execute = v8::Local::new(scope, &self.execute);
            let namespace = v8::Local::new(scope, namespace);
            let undefined = v8::undefined(scope).into();
            let called = v8::String::new(scope, facts)
                .and_then(|facts| execute.call(scope, undefined, &[namespace.into(), facts.into()]));
            match called {
                Some(_) => Ok(()),
                None => {
                    let exception = scope.exception();
                    let exception = exception.map(|thrown| JsError::from_v8_exception(scope, thrown));
                    Err(thrown(exception, "the SDK could not be entered"))
                }
            }
        };
        self.unless_stopped(called)
    }
}

fn is_plainly_read(scope: &mut v8::PinScope<'_, '_>, namespace: v8::Local<'_, v8::Object>) -> Option<bool> {
    let (default, value) = (v8::String::new(scope, "default")?, v8::String::new(scope, "value")?);
    let exported: v8::Local<v8::Object> = namespace.get(scope, default.into())?.try_into().ok()?;
    if exported.is_proxy() {
        return Some(false);
    }
    let parent = v8::Local::<v8::Object>::try_from(exported.get_prototype(scope)?).ok();
    if let Some(parent) = parent
        && (parent.is_proxy() || !parent.get_prototype(scope)?.is_null())
    {
        return Some(false);
    }
    for name in READ {
        let key: v8::Local<v8::Name> = v8::String::new(scope, name)?.into();
        let is_value = if exported.has_own_property(scope, key)? {
            let found = exported.get_own_property_descriptor(scope, key)?;
            v8::Local::<v8::Object>::try_from(found).ok()?.has_own_property(scope, value.into())?
        } else {
            match parent {
                Some(parent) => !parent.has_own_property(scope, key)?,
                None => true,
            }
        };
        if !is_value {
            return Some(false);
        }
    }
    Some(true)
}

/// What was thrown, which is of the function's own making; where nothing was, V8 refused the call.
fn thrown(exception: Option<Box<JsError>>, otherwise: &str) -> Interrupted {
    exception.map_or_else(|| Interrupted::Engine(otherwise.to_owned()), Interrupted::Threw)
}
