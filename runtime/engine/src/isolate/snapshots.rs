//! What isolates start from.

use onevent_ops::LoadedModules;

/// The scripts beside the snapshots that are evaluated at their first use: specifier and text, sorted.
pub(crate) static LAZY_SCRIPTS: &[(&str, &str)] = include!(concat!(env!("OUT_DIR"), "/lazy_scripts.rs"));

/// Of the snapshots, and of the scripts beside them: all that is JavaScript and not a function's own.
pub(crate) static SNAPSHOTS_DIGEST: &str = include_str!(concat!(env!("OUT_DIR"), "/snapshots.sha256"));

static WITHOUT_ZOD: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/without_zod.snapshot"));
static WITH_ZOD: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/with_zod.snapshot"));

/// A snapshot that `build.rs` baked. What a function sees is the same on both: where zod is not in the snapshot, it is
/// evaluated when somebody first needs it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Snapshot {
    /// Smaller, so that an isolate starts sooner.
    WithoutZod,
    /// With zod, evaluated.
    WithZod,
}

impl Snapshot {
    /// The one for a function of these modules. `declares_schemas`: whether it is known to have some, whatever made them:
    /// the SDK checks them with its own zod.
    pub(crate) fn of(modules: &LoadedModules, declares_schemas: bool) -> Self {
        if declares_schemas || modules.imports_built_in("zod") { Self::WithZod } else { Self::WithoutZod }
    }

    /// As deno_core takes it.
    pub(crate) fn bytes(self) -> &'static [u8] {
        match self {
            Self::WithoutZod => WITHOUT_ZOD,
            Self::WithZod => WITH_ZOD,
        }
    }
}
