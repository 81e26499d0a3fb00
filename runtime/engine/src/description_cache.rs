//! What functions declared, by the content of their modules: a function that did not change is not evaluated to be asked again.

use std::fmt;
use std::sync::Arc;

use deno_core::v8;
use onevent_contract::{Limits, ModuleSource};
use onevent_source::ReadProject;
use sha2::{Digest as _, Sha256};

use crate::isolate::SNAPSHOTS_DIGEST;

/// Names what a function declared: a hash of everything that it may depend on. That is its modules as they run, this
/// program and its V8, what loading may use, and V8's locale.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct DescriptionKey([u8; 32]);

impl DescriptionKey {
    /// Of a function of these modules. `None` where they cannot be written down.
    pub(crate) fn of(modules: &[Arc<ModuleSource>], limits: &Limits) -> Option<Self> {
        let mut hash = Sha256::new();
        let mut part = |bytes: &[u8]| {
            hash.update((bytes.len() as u64).to_be_bytes());
            hash.update(bytes);
        };
        part(env!("CARGO_PKG_VERSION").as_bytes());
        part(v8::V8::get_version().as_bytes());
        part(SNAPSHOTS_DIGEST.as_bytes());
        part(v8::icu::get_language_tag().as_bytes());
        part(&limits.wall.as_nanos().to_be_bytes());
        part(&limits.cpu.as_nanos().to_be_bytes());
        part(&limits.heap_bytes.to_be_bytes());
        for module in modules {
            part(module.path.as_bytes());
            part(&serde_json::to_vec(&module.format).ok()?);
            part(&serde_json::to_vec(&module.imports).ok()?);
            part(module.code.as_bytes());
            // The stack of an error says where its author wrote it. None is another thing than an empty one.
            part(if module.source_map.is_some() { b"map" } else { b"" });
            part(module.source_map.as_deref().unwrap_or_default());
        }
        Some(Self(hash.finalize().into()))
    }
}

impl fmt::Display for DescriptionKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl fmt::Debug for DescriptionKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "DescriptionKey({self})")
    }
}

/// Where an [`Engine`](crate::Engine) keeps what functions declared. It is asked on a thread that may wait for a disk.
///
/// Kept is only what functions declared that loaded well and read no clock meanwhile, drew no random number, and left nothing
/// under way. What is there is checked like what a function says, so that an entry makes nothing run that would not.
pub trait DescriptionCache: Send + Sync {
    /// What is kept under this key. An entry that cannot be read is none.
    fn get(&self, key: &DescriptionKey) -> Option<String>;

    /// Keeps these. Nothing is said where that fails: they are made again the next time.
    fn keep(&self, descriptions: &[(DescriptionKey, String)]);
}

/// What is known of a function before it is asked.
#[derive(Default)]
pub(crate) struct Recalled {
    /// Where its description goes; `None` where nothing is kept.
    pub(crate) key: Option<DescriptionKey>,
    pub(crate) text: Option<String>,
}

/// The same of all functions of a project, in their order.
pub(crate) fn recall(
    cache: Option<&dyn DescriptionCache>,
    read: &ReadProject,
    limits: &Limits,
) -> Vec<Recalled> {
    let of = |modules: &[Arc<ModuleSource>]| -> Option<Recalled> {
        let (cache, key) = (cache?, DescriptionKey::of(modules, limits)?);
        Some(Recalled { key: Some(key), text: cache.get(&key) })
    };
    let functions = read.functions.iter();
    functions.map(|read| read.as_ref().ok().and_then(|read| of(&read.modules)).unwrap_or_default()).collect()
}
