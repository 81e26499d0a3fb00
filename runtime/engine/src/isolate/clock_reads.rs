//! Finds out whether a module read a clock while it was evaluated, or drew a random number. An isolate that waits for its
//! run must not have read a clock: the function would see a time at which it did not run yet. What a function declares is
//! kept only where it would declare the same the next time.
//!
//! What gives a time is put behind a property that looks like the one it stands for: V8 calls the engine when it is first
//! read, and then nothing of it is left.

use std::cell::Cell;

use deno_core::v8;

/// What gives another answer each time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Given {
    Time,
    Random,
}

/// Where it is found: on the global object, or on the one of that name. What else is random comes from ops.
const WATCHED: [(Given, Option<&str>, &str); 8] = [
    (Given::Time, None, "Date"),
    (Given::Time, None, "Intl"),
    (Given::Time, None, "Temporal"),
    (Given::Time, None, "AbortSignal"),
    (Given::Time, Some("console"), "time"),
    (Given::Time, Some("console"), "timeLog"),
    (Given::Time, Some("console"), "timeEnd"),
    (Given::Random, Some("Math"), "random"),
];

/// Globals with a clock that are accessors until they are first read: `js-sdk/src/bootstrap/lazy-globals.ts`.
const LAZY_CLOCKS: [&str; 3] = ["performance", "Performance", "File"];

/// What becomes of a module that reads a clock.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum OnClockRead {
    /// It is ended: its isolate is not used.
    End,
    /// It goes on.
    GoOn,
}

/// What was read.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Reads {
    pub(super) clock: bool,
    pub(super) random: bool,
}

thread_local! {
    /// What was read by the isolate that is watched on this thread.
    static READ: Cell<Reads> = const { Cell::new(Reads { clock: false, random: false }) };
    static ON_CLOCK_READ: Cell<OnClockRead> = const { Cell::new(OnClockRead::GoOn) };
    /// Whether it is the engine that reads, to put things back.
    static PUTTING_BACK: Cell<bool> = const { Cell::new(false) };
}

/// What is watched, with what it was.
pub(super) struct WatchedClocks(Vec<(v8::Global<v8::Object>, &'static str)>);

impl WatchedClocks {
    /// Watches from here on. `None` if V8 refuses.
    pub(super) fn watch(scope: &mut v8::PinScope<'_, '_>, on_clock_read: OnClockRead) -> Option<Self> {
        READ.set(Reads::default());
        ON_CLOCK_READ.set(on_clock_read);
        let global = scope.get_current_context().global(scope);
        let mut watched = Vec::new();
        for (given, owner, name) in WATCHED {
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
            // V8 takes a function, and no pointer to one.
            match given {
                Given::Time => owner.set_lazy_data_property_with_data(
                    scope,
                    key,
                    on_clock,
                    value,
                    attributes,
                    v8::SideEffectType::HasSideEffect,
                    v8::SideEffectType::HasSideEffect,
                )?,
                Given::Random => owner.set_lazy_data_property_with_data(
                    scope,
                    key,
                    on_random,
                    value,
                    attributes,
                    v8::SideEffectType::HasSideEffect,
                    v8::SideEffectType::HasSideEffect,
                )?,
            };
            watched.push((v8::Global::new(scope, owner), name));
        }
        Some(Self(watched))
    }

    /// Puts everything back, and tells what was read. `None` if V8 refuses.
    pub(super) fn put_back(self, scope: &mut v8::PinScope<'_, '_>) -> Option<Reads> {
        PUTTING_BACK.set(true);
        let done = self.read_all(scope);
        PUTTING_BACK.set(false);
        done?;
        let read = READ.get();
        Some(Reads { clock: read.clock || lazy_clock_was_read(scope)?, ..read })
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
fn on_clock<'s>(
    scope: &mut v8::PinScope<'s, '_>,
    _key: v8::Local<'s, v8::Name>,
    arguments: v8::PropertyCallbackArguments<'s>,
    mut result: v8::ReturnValue<'_, v8::Value>,
) {
    if !PUTTING_BACK.get() {
        READ.set(Reads { clock: true, ..READ.get() });
        if ON_CLOCK_READ.get() == OnClockRead::End {
            scope.terminate_execution();
        }
    }
    result.set(arguments.data());
}

/// The same of what is random, which is each isolate's own in any case.
fn on_random<'s>(
    _scope: &mut v8::PinScope<'s, '_>,
    _key: v8::Local<'s, v8::Name>,
    arguments: v8::PropertyCallbackArguments<'s>,
    mut result: v8::ReturnValue<'_, v8::Value>,
) {
    if !PUTTING_BACK.get() {
        READ.set(Reads { random: true, ..READ.get() });
    }
    result.set(arguments.data());
}
