//! Finds out whether a module read a clock while it was evaluated. An isolate that waits for its run must not have read one:
//! the function would see a time at which it did not run yet.
//!
//! What gives a time is put behind a property that looks like the one it stands for: V8 calls the engine when it is first
//! read, and then nothing of it is left.

use std::cell::Cell;

use deno_core::v8;

/// Where clocks are found: on the global object, or on the one of that name.
const CLOCKS: [(Option<&str>, &str); 7] = [
    (None, "Date"),
    (None, "Intl"),
    (None, "Temporal"),
    (None, "AbortSignal"),
    (Some("console"), "time"),
    (Some("console"), "timeLog"),
    (Some("console"), "timeEnd"),
];

/// Globals with a clock that are accessors until they are first read: `js-sdk/src/bootstrap/lazy-globals.ts`.
const LAZY_CLOCKS: [&str; 3] = ["performance", "Performance", "File"];

thread_local! {
    /// Whether one was read by the isolate that is made ready on this thread.
    static READ: Cell<bool> = const { Cell::new(false) };
    /// Whether it is the engine that reads, to put things back.
    static PUTTING_BACK: Cell<bool> = const { Cell::new(false) };
}

/// The clocks that are watched, with what they were.
pub(super) struct WatchedClocks(Vec<(v8::Global<v8::Object>, &'static str)>);

impl WatchedClocks {
    /// Watches them from here on. `None` if V8 refuses.
    pub(super) fn watch(scope: &mut v8::PinScope<'_, '_>) -> Option<Self> {
        READ.set(false);
        let global = scope.get_current_context().global(scope);
        let mut watched = Vec::new();
        for (owner, name) in CLOCKS {
            let owner = match owner {
                None => global,
                Some(owner) => {
                    let key = v8::String::new(scope, owner)?;
                    global.get(scope, key.into())?.try_into().ok()?
                }
            };
            let key: v8::Local<v8::Name> = v8::String::new(scope, name)?.into();
            if !owner.has_own_property(scope, key)? {
                continue;
            }
            let value = owner.get(scope, key.into())?;
            let attributes = owner.get_property_attributes(scope, key.into())?;
            owner.set_lazy_data_property_with_data(
                scope,
                key,
                on_read,
                value,
                attributes,
                v8::SideEffectType::HasSideEffect,
                v8::SideEffectType::HasSideEffect,
            )?;
            watched.push((v8::Global::new(scope, owner), name));
        }
        Some(Self(watched))
    }

    /// Puts everything back, and tells whether a clock was read. `None` if V8 refuses.
    pub(super) fn put_back(self, scope: &mut v8::PinScope<'_, '_>) -> Option<bool> {
        PUTTING_BACK.set(true);
        let done = self.read_all(scope);
        PUTTING_BACK.set(false);
        done?;
        Some(READ.get() || lazy_clock_was_read(scope)?)
    }

    /// The first read replaces what stands in the property's place. One that the module has deleted stays so.
    fn read_all(self, scope: &mut v8::PinScope<'_, '_>) -> Option<()> {
        for (owner, name) in self.0 {
            let owner = v8::Local::new(scope, owner);
            let key: v8::Local<v8::Name> = v8::String::new(scope, name)?.into();
            if owner.has_own_property(scope, key)? {
                owner.get(scope, key.into())?;
            }
        }
        Some(())
    }
}

/// An accessor that was read is an ordinary property.
fn lazy_clock_was_read(scope: &mut v8::PinScope<'_, '_>) -> Option<bool> {
    let global = scope.get_current_context().global(scope);
    let getter = v8::String::new(scope, "get")?;
    for name in LAZY_CLOCKS {
        let key: v8::Local<v8::Name> = v8::String::new(scope, name)?.into();
        let descriptor = global.get_own_property_descriptor(scope, key)?;
        let untouched = match v8::Local::<v8::Object>::try_from(descriptor) {
            Ok(descriptor) => descriptor.get(scope, getter.into())?.is_function(),
            Err(_) => false,
        };
        if !untouched {
            return Some(true);
        }
    }
    Some(false)
}

/// Gives what the property was before.
fn on_read<'s>(
    scope: &mut v8::PinScope<'s, '_>,
    _key: v8::Local<'s, v8::Name>,
    arguments: v8::PropertyCallbackArguments<'s>,
    mut result: v8::ReturnValue<'_, v8::Value>,
) {
    if !PUTTING_BACK.get() {
        READ.set(true);
        // The isolate is not used: there is no need to go on.
        scope.terminate_execution();
    }
    result.set(arguments.data());
}
