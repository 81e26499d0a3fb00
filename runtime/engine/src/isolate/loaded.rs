//! The functions that an engine knows: what their isolates share is made once.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use onevent_contract::ModuleSource;
use onevent_ops::LoadedModules;

/// What was made of the modules of functions that are still loaded.
#[derive(Default)]
pub(super) struct LoadedFunctions(Mutex<HashMap<usize, Arc<LoadedModules>>>);

impl LoadedFunctions {
    /// What isolates share of these modules.
    pub(super) fn get(&self, modules: &Arc<[Arc<ModuleSource>]>) -> Arc<LoadedModules> {
        // Every change is one step, so a panic elsewhere leaves the map whole.
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        // The entry holds the modules, so no others can come to lie where they are.
        let address = Arc::as_ptr(modules).cast::<()>() as usize;
        if let Some(loaded) = known.get(&address) {
            return Arc::clone(loaded);
        }
        // Functions that nobody else holds any more are not run again.
        known.retain(|_, loaded| Arc::strong_count(loaded.modules()) > 1 || Arc::strong_count(loaded) > 1);
        let loaded = Arc::new(LoadedModules::new(Arc::clone(modules)));
        known.insert(address, Arc::clone(&loaded));
        loaded
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_function_is_prepared_once_and_forgotten_when_nobody_holds_it() {
        let functions = LoadedFunctions::default();
        let one: Arc<[Arc<ModuleSource>]> = Arc::new([]);
        let other: Arc<[Arc<ModuleSource>]> = Arc::new([]);
        let first = functions.get(&one);
        assert!(Arc::ptr_eq(&first, &functions.get(&one)));
        assert_eq!(functions.0.lock().unwrap().len(), 1);
        drop((first, one));
        functions.get(&other);
        assert_eq!(functions.0.lock().unwrap().len(), 1, "the first is gone");
    }
}
