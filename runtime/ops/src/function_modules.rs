//! The modules of one function in one isolate.

use std::cell::RefCell;
use std::ops::Deref;
use std::sync::Arc;

use deno_core::v8;

use crate::modules::LoadedModules;

/// The modules of one isolate: those of its function, and what this isolate compiled of them.
pub struct FunctionModules {
    loaded: Arc<LoadedModules>,
    /// The CommonJS modules that this isolate compiled from their texts.
    compiled: RefCell<Vec<(String, v8::Global<v8::Function>)>>,
}

impl Deref for FunctionModules {
    type Target = LoadedModules;

    fn deref(&self) -> &LoadedModules {
        &self.loaded
    }
}

impl FunctionModules {
    /// For an isolate that has compiled nothing yet.
    #[must_use]
    pub fn new(loaded: Arc<LoadedModules>) -> Self {
        Self { loaded, compiled: RefCell::default() }
    }

    pub(crate) fn keep(&self, path: String, function: v8::Global<v8::Function>) {
        self.compiled.borrow_mut().push((path, function));
    }

    /// Keeps what V8 has compiled of the CommonJS modules of packages: after they ran, so with the functions in them
    /// that were called.
    pub fn keep_compiled_code(&self, scope: &mut v8::PinScope<'_, '_>) {
        for (path, function) in self.compiled.take() {
            let code = v8::Local::new(scope, function).create_code_cache();
            if let (Some(code), Some(module)) = (code, self.get(&path)) {
                let bytes: &[u8] = &code;
                module.compiled.keep(bytes.into());
            }
        }
    }
}
