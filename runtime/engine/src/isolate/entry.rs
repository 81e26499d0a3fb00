//! The two functions of the SDK that the engine calls.

use deno_core::error::JsError;
use deno_core::v8;
use onevent_ops::{Completion, RunState};
use serde_json::Value;

use super::runtime::{Interrupted, Isolate};

impl Isolate {
    /// Calls the SDK's `describe` with the module's namespace.
    pub(super) fn describe(&mut self, namespace: &v8::Global<v8::Object>) -> Result<String, Interrupted> {
        let described = {
            deno_core::scope!(scope, self.runtime);
            v8::tc_scope!(let scope, scope);
            let describe = v8::Local::new(scope, &self.describe);
            let namespace = v8::Local::new(scope, namespace);
            let undefined = v8::undefined(scope).into();
            match describe.call(scope, undefined, &[namespace.into()]) {
                Some(text) => Ok(text.to_rust_string_lossy(scope)),
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

/// What was thrown, which is of the function's own making; where nothing was, V8 refused the call.
fn thrown(exception: Option<Box<JsError>>, otherwise: &str) -> Interrupted {
    exception.map_or_else(|| Interrupted::Engine(otherwise.to_owned()), Interrupted::Threw)
}
