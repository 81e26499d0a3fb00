//! The modules of a loaded function, with what is found out about them once and not in every run.

use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use onevent_contract::specifier::PROJECT_ROOT;
use onevent_contract::{ImportTarget, ModuleSource};

/// The modules of one function, by their paths. All isolates that run it share them.
pub struct LoadedModules {
    modules: Arc<[Arc<ModuleSource>]>,
    by_path: HashMap<String, usize>,
    /// Texts that were made for V8, by their specifiers.
    texts: Mutex<HashMap<String, Arc<str>>>,
    /// Whether they have to be evaluated when their run is there.
    never_prewarmed: AtomicBool,
    /// Whether a run of them has ended.
    has_run: AtomicBool,
}

impl LoadedModules {
    /// Of these modules; the first is the function's own file.
    #[must_use]
    pub fn new(modules: Arc<[Arc<ModuleSource>]>) -> Self {
        let by_path =
            modules.iter().enumerate().map(|(index, module)| (module.path.clone(), index)).collect();
        Self {
            modules,
            by_path,
            texts: Mutex::default(),
            never_prewarmed: AtomicBool::default(),
            has_run: AtomicBool::default(),
        }
    }

    /// The modules; the first is the function's own file.
    #[must_use]
    pub fn modules(&self) -> &Arc<[Arc<ModuleSource>]> {
        &self.modules
    }

    /// The module at `path`.
    #[must_use]
    pub fn get(&self, path: &str) -> Option<&ModuleSource> {
        self.modules.get(*self.by_path.get(path)?).map(Arc::as_ref)
    }

    /// The module that V8 knows by this specifier.
    #[must_use]
    pub fn of_specifier(&self, specifier: &str) -> Option<&ModuleSource> {
        self.get(specifier.strip_prefix(PROJECT_ROOT)?)
    }

    /// The module that calls the others.
    #[must_use]
    pub fn entry(&self) -> Option<&ModuleSource> {
        self.modules.first().map(Arc::as_ref)
    }

    /// Whether one of them imports the built-in module of that name. One that is imported by a name which is made at run
    /// time is not seen.
    #[must_use]
    pub fn imports_built_in(&self, name: &str) -> bool {
        let mut imports = self.modules.iter().flat_map(|module| &module.imports);
        imports.any(|import| matches!(&import.target, ImportTarget::BuiltIn(built_in) if built_in == name))
    }

    /// From now on these modules are evaluated only when their run is there.
    pub fn never_prewarm(&self) {
        self.never_prewarmed.store(true, Ordering::Relaxed);
    }

    /// Whether [`LoadedModules::never_prewarm`] was said.
    #[must_use]
    pub fn is_never_prewarmed(&self) -> bool {
        self.never_prewarmed.load(Ordering::Relaxed)
    }

    /// A run of them has ended. Whether another one had before.
    pub fn note_run(&self) -> bool {
        self.has_run.swap(true, Ordering::Relaxed)
    }

    /// The names that the function's modules import of the one at `path`.
    pub fn names_imported_of<'a>(&'a self, path: &'a str) -> impl Iterator<Item = &'a str> {
        let imports = self.modules.iter().flat_map(|module| &module.imports);
        let of_path = imports
            .filter(move |import| matches!(&import.target, ImportTarget::Module(target) if target == path));
        of_path.flat_map(|import| &import.names).map(String::as_str)
    }

    /// The text that V8 gets for `specifier`, where it is not a file as it is: made when it is first asked for.
    pub fn text(&self, specifier: &str, make: impl FnOnce() -> String) -> Arc<str> {
        // Every change is one insertion, so a panic elsewhere leaves the map whole.
        let mut texts = self.texts.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(text) = texts.get(specifier) {
            return Arc::clone(text);
        }
        let text: Arc<str> = make().into();
        texts.insert(specifier.to_owned(), Arc::clone(&text));
        text
    }
}

/// What a module's import of `specifier` means.
#[must_use]
pub fn target<'a>(importer: &'a ModuleSource, specifier: &str) -> Option<&'a ImportTarget> {
    importer.imports.iter().find(|import| import.specifier == specifier).map(|import| &import.target)
}
