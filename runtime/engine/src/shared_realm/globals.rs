//! What the global object of a run gets from the shared realm, beside what a script of it makes for each run.

use deno_core::v8;

/// A name and what it stands for, both the shared realm's.
type Named = (v8::Global<v8::Name>, v8::Global<v8::Value>);

/// The globals that all runs share. They are put in place from here: a run has about a hundred, and defining one takes a
/// multiple of the time in JavaScript, which makes a descriptor for each.
pub(super) struct SharedGlobals {
    values: Vec<Named>,
    /// `Symbol.hasInstance` by the name of a constructor whose instances cross between realms.
    checks: Vec<Named>,
}

impl SharedGlobals {
    /// From the objects that `js-sdk/src/shims/shared/realm.ts` makes.
    pub(super) fn new<'s>(
        scope: &mut v8::PinScope<'s, '_>,
        values: v8::Local<'s, v8::Value>,
        checks: v8::Local<'s, v8::Value>,
    ) -> Option<Self> {
        Some(Self { values: entries(scope, values)?, checks: entries(scope, checks)? })
    }

    /// Puts them on the global object of a run, and gives the prototypes of the constructors that are checked, by their names.
    pub(super) fn put<'s>(
        &self,
        scope: &mut v8::PinScope<'s, '_>,
        global: v8::Local<'s, v8::Object>,
    ) -> Option<v8::Local<'s, v8::Object>> {
        for (name, value) in &self.values {
            let (name, value) = (v8::Local::new(scope, name), v8::Local::new(scope, value));
            global.define_own_property(scope, name, value, v8::PropertyAttribute::DONT_ENUM)?;
        }
        let has_instance = v8::Symbol::get_has_instance(scope).into();
        let prototype = v8::String::new(scope, "prototype")?.into();
        let fixed = || {
            v8::PropertyAttribute::READ_ONLY
                | v8::PropertyAttribute::DONT_ENUM
                | v8::PropertyAttribute::DONT_DELETE
        };
        let nothing = v8::null(scope).into();
        let mut names = Vec::with_capacity(self.checks.len());
        let mut prototypes = Vec::with_capacity(self.checks.len());
        for (name, check) in &self.checks {
            let (name, check) = (v8::Local::new(scope, name), v8::Local::new(scope, check));
            let constructor: v8::Local<'_, v8::Object> = global.get(scope, name.into())?.try_into().ok()?;
            constructor.define_own_property(scope, has_instance, check, fixed())?;
            names.push(name);
            prototypes.push(constructor.get(scope, prototype)?);
        }
        Some(v8::Object::with_prototype_and_properties(scope, nothing, &names, &prototypes))
    }
}

/// The own properties of an object.
fn entries<'s>(scope: &mut v8::PinScope<'s, '_>, object: v8::Local<'s, v8::Value>) -> Option<Vec<Named>> {
    let object: v8::Local<'_, v8::Object> = object.try_into().ok()?;
    let names = object.get_own_property_names(scope, v8::GetPropertyNamesArgs::default())?;
    (0..names.length())
        .map(|index| {
            let name = names.get_index(scope, index)?;
            let value = object.get(scope, name)?;
            let name: v8::Local<'_, v8::Name> = name.try_into().ok()?;
            Some((v8::Global::new(scope, name), v8::Global::new(scope, value)))
        })
        .collect()
}
