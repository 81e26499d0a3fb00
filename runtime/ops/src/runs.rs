//! Which run an op works for.
//!
//! An isolate of its own has one run, and it is that. In a shared isolate V8 tells: it carries a value from what a
//! promise's reaction was made in to where it runs, and functions have no way to it. That value is an object with the
//! number of a run under a private name; a number that JavaScript supplies means nothing. The context that called, too,
//! has to be that run's, or the shared realm's.

use std::cell::{Cell, RefCell};
use std::collections::HashMap;
use std::rc::Rc;

use deno_core::{OpState, v8};

use crate::state::RunState;

/// The private name of a run's number.
const NUMBER: &str = "onevent:run";

/// A run in a shared isolate.
struct Entry {
    run: Rc<RunState>,
    /// The run's own realm.
    context: v8::Global<v8::Context>,
}

/// The runs of a shared isolate.
pub struct SharedRuns {
    main: v8::Global<v8::Context>,
    runs: RefCell<HashMap<u32, Entry>>,
    next: Cell<u32>,
}

impl SharedRuns {
    /// None yet; `main` is the realm that they share.
    #[must_use]
    pub fn new(main: v8::Global<v8::Context>) -> Self {
        Self { main, runs: RefCell::default(), next: Cell::default() }
    }

    /// Adds a run. `identity` is the object that V8 is to carry.
    pub fn add(
        &self,
        scope: &mut v8::PinScope<'_, '_>,
        run: Rc<RunState>,
        context: v8::Global<v8::Context>,
        identity: v8::Local<'_, v8::Object>,
    ) -> u32 {
        let mut runs = self.runs.borrow_mut();
        let mut number = self.next.get();
        // After 2^32 runs the numbers begin again; those of live runs are passed over.
        while runs.contains_key(&number) {
            number = number.wrapping_add(1);
        }
        self.next.set(number.wrapping_add(1));
        let key = key(scope);
        let value = v8::Integer::new_from_unsigned(scope, number);
        identity.set_private(scope, key, value.into());
        runs.insert(number, Entry { run, context });
        number
    }

    /// Forgets a run: what is left of its code finds no run any more.
    pub fn remove(&self, number: u32) {
        let entry = self.runs.borrow_mut().remove(&number);
        drop(entry);
    }

    /// The run of what V8 executes now.
    #[must_use]
    pub fn current(&self, scope: &mut v8::PinScope<'_, '_>) -> Option<(u32, Rc<RunState>)> {
        let number = carried(scope)?;
        let runs = self.runs.borrow();
        let entry = runs.get(&number)?;
        // A borrowed handle of the scope's: it must not outlive this comparison.
        let caller = scope.get_entered_or_microtask_context();
        (entry.context == caller || self.main == caller).then(|| (number, Rc::clone(&entry.run)))
    }

    /// The realm of the run that V8 executes now.
    #[must_use]
    pub fn current_context(&self, scope: &mut v8::PinScope<'_, '_>) -> Option<v8::Global<v8::Context>> {
        self.context(self.current(scope)?.0)
    }

    /// The realm of the run of that number.
    #[must_use]
    pub fn context(&self, number: u32) -> Option<v8::Global<v8::Context>> {
        self.runs.borrow().get(&number).map(|entry| entry.context.clone())
    }
}

fn key<'s>(scope: &mut v8::PinScope<'s, '_>) -> v8::Local<'s, v8::Private> {
    let name = v8::String::new(scope, NUMBER);
    v8::Private::for_api(scope, name)
}

fn carried(scope: &mut v8::PinScope<'_, '_>) -> Option<u32> {
    let identity: v8::Local<'_, v8::Object> =
        scope.get_continuation_preserved_embedder_data().try_into().ok()?;
    let key = key(scope);
    let number: v8::Local<'_, v8::Uint32> = identity.get_private(scope, key)?.try_into().ok()?;
    Some(number.value())
}

/// The run that an op is called in; `None` while a module is described, and of what is left of a run that has ended.
pub(crate) fn run_of(scope: &mut v8::PinScope<'_, '_>, state: &Rc<RefCell<OpState>>) -> Option<Rc<RunState>> {
    if let Some(run) = state.borrow().try_borrow::<Rc<RunState>>() {
        return Some(Rc::clone(run));
    }
    let runs = Rc::clone(state.borrow().try_borrow::<Rc<SharedRuns>>()?);
    runs.current(scope).map(|(_, run)| run)
}
