//! What the kernel bounds for a child.

use rustix::process::{Resource, Rlimit, setrlimit};

use crate::layer::Holds;

/// What a child holds beside the heap and the `ArrayBuffer`s of its run: the program's own data, V8's compiled code, stacks of
/// threads, bodies on their way, and what a heap grows beyond its limit until the run is stopped. 512 MiB.
const BESIDE_THE_HEAP: u64 = 512 * 1024 * 1024;

/// The socket, standard output and error, and what tokio and V8 open: far fewer.
const DESCRIPTORS: u64 = 64;

/// Bounds memory that is written to (V8 reserves gigabytes of addresses that it never touches, so addresses are not bounded),
/// descriptors, files and core dumps. The number of processes is bounded by seccomp: the kernel would count those of the whole
/// user.
pub(super) fn set(heap_bytes: u64) -> Result<Holds, String> {
    let memory = heap_bytes.saturating_mul(2).saturating_add(BESIDE_THE_HEAP);
    for (resource, name, most) in [
        (Resource::Core, "RLIMIT_CORE", 0),
        (Resource::Data, "RLIMIT_DATA", memory),
        (Resource::Nofile, "RLIMIT_NOFILE", DESCRIPTORS),
        (Resource::Fsize, "RLIMIT_FSIZE", 0),
    ] {
        let limit = Rlimit { current: Some(most), maximum: Some(most) };
        setrlimit(resource, limit).map_err(|error| format!("{name}: {error}"))?;
    }
    Ok(Holds::Fully)
}
