//! The realm of one run.

use std::rc::Rc;

use deno_core::v8;

use super::modules::RunModules;

/// What the isolate keeps of one run.
pub(super) struct Context {
    pub(super) context: v8::Global<v8::Context>,
    /// What V8 carries from where a promise's reaction is made to where it runs.
    pub(super) identity: v8::Global<v8::Object>,
    pub(super) number: u32,
    pub(super) modules: Rc<RunModules>,
}
