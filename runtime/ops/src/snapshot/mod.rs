//! The recipe of the snapshots: web globals and the SDK, evaluated once, when the program is built; and the same with zod.

mod error;
mod scripts;
mod sources;
mod typical_host;
mod typical_run;

use std::cell::RefCell;
use std::hash::{BuildHasher, RandomState};
use std::rc::Rc;

use deno_core::snapshot::{CreateSnapshotOptions, create_snapshot};
use deno_core::{Extension, JsRuntimeForSnapshot, v8};

pub use self::error::BakeError;
pub use self::scripts::{LazyScript, Scripts};
use self::sources::{add_sources, add_zod, evaluated, lazy_scripts};
use self::typical_run::run_typically;

/// V8's flags while snapshots are baked. All isolates of a process share one read-only heap, so all snapshots must hold the
/// same: V8's own, which no snapshot extends. The hash seed is a part of it. It is drawn once for both, and V8 keeps it when an
/// isolate starts, because hash tables in a snapshot cannot be built anew: each build of onevent has another.
fn flags() -> String {
    // V8 draws one for each isolate where it is 0.
    let hash_seed = RandomState::new().hash_one(0).max(1);
    format!("--hash-seed={hash_seed} --no-extensible-ro-snapshot")
}

/// What an isolate starts from.
#[derive(Debug)]
#[non_exhaustive]
pub struct Baked {
    /// The snapshot of functions whose modules do not import zod. Where such a function needs it all the same, it is evaluated.
    pub without_zod: Box<[u8]>,
    /// The snapshot of all others.
    pub with_zod: Box<[u8]>,
    /// What the first does not hold, sorted by specifier, as deno_core wants it.
    pub lazy_scripts: Vec<LazyScript>,
}

/// Bakes the snapshots. V8 lives in the process from here on: nothing runs on a snapshot in the process that made it.
///
/// # Errors
/// A script is missing, or one of them throws.
pub fn bake(scripts: Scripts<'_>) -> Result<Baked, BakeError> {
    v8::V8::set_flags_from_string(&flags());
    crate::v8_flags::set();
    let lazy_scripts = lazy_scripts(&crate::extensions(), scripts.lazy)?;

    let mut extensions = crate::extensions();
    add_sources(&mut extensions, scripts)?;
    let without_zod =
        snapshot(extensions, "ext:onevent/typical_run.js", evaluated(scripts, "typical_run.js")?)?;

    let mut extensions = crate::extensions();
    add_sources(&mut extensions, scripts)?;
    add_zod(&mut extensions, &lazy_scripts)?;
    let typical_run = evaluated(scripts, "typical_run_with_zod.js")?;
    let with_zod = snapshot(extensions, "ext:onevent/typical_run_with_zod.js", typical_run)?;
    Ok(Baked { without_zod, with_zod, lazy_scripts })
}

/// A snapshot with these extensions, after that run was done on it.
fn snapshot(
    extensions: Vec<Extension>,
    specifier: &'static str,
    typical_run: String,
) -> Result<Box<[u8]>, BakeError> {
    let failure = Rc::new(RefCell::new(None));
    let failed = Rc::clone(&failure);
    let options = CreateSnapshotOptions {
        cargo_manifest_dir: env!("CARGO_MANIFEST_DIR"),
        startup_snapshot: None,
        skip_op_registration: false,
        extensions,
        extension_transpiler: None,
        with_runtime_cb: Some(Box::new(move |runtime| {
            forbid_code_from_strings(runtime);
            if let Err(error) = run_typically(runtime, specifier, &typical_run) {
                failed.borrow_mut().get_or_insert(error);
            }
        })),
    };
    let output = create_snapshot(options, None).map_err(|error| BakeError::Snapshot(error.to_string()))?;
    match failure.take() {
        Some(message) => Err(BakeError::TypicalRun(message)),
        None => Ok(output.output),
    }
}

/// `eval` and `new Function` are switched off on the context; that is part of the snapshot.
fn forbid_code_from_strings(runtime: &mut JsRuntimeForSnapshot) {
    deno_core::scope!(scope, runtime);
    scope.get_current_context().set_allow_generation_from_strings(false);
}
