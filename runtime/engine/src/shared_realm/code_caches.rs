//! The compiled code of modules, for the runs to come.

use std::cell::RefCell;
use std::collections::HashMap;
use std::rc::Rc;
use std::sync::Arc;

use onevent_ops::LoadedModules;

thread_local! {
    /// Of the thread's one shared isolate. V8 tells sources apart by their length alone, so what was compiled of one
    /// function's modules is never used for another's.
    static CACHES: RefCell<HashMap<usize, CodeCache>> = RefCell::default();
}

struct CodeCache {
    // Held, so that no others can come to lie where they are.
    modules: Arc<LoadedModules>,
    code: HashMap<String, Rc<[u8]>>,
}

fn place(modules: &Arc<LoadedModules>) -> usize {
    Arc::as_ptr(modules) as usize
}

/// What was compiled of that module.
pub(super) fn get(modules: &Arc<LoadedModules>, specifier: &str) -> Option<Rc<[u8]>> {
    CACHES.with_borrow(|caches| caches.get(&place(modules))?.code.get(specifier).cloned())
}

/// Whether anything was kept of those modules.
pub(super) fn knows(modules: &Arc<LoadedModules>) -> bool {
    CACHES.with_borrow(|caches| caches.contains_key(&place(modules)))
}

/// Keeps what was compiled: specifier and code.
pub(super) fn keep(modules: &Arc<LoadedModules>, code: HashMap<String, Rc<[u8]>>) {
    CACHES.with_borrow_mut(|caches| {
        // Functions that nobody else holds any more are not run again.
        caches.retain(|_, cache| Arc::strong_count(&cache.modules) > 1);
        caches.insert(place(modules), CodeCache { modules: Arc::clone(modules), code });
    });
}

/// The isolate is going.
pub(super) fn forget() {
    drop(CACHES.take());
}
