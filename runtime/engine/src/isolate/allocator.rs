//! What the C library's allocator keeps of the memory that was freed.
//!
//! glibc has an arena for each few threads. What is free at the end of one stays with it up to a bound that grows: to twice the largest
//! block that was ever freed, and no trimming gives it back. So a server would hold sixteen times as much as its largest body, for ever.
#![expect(unsafe_code, reason = "the C library's allocator has no safe wrapper")]

/// Free memory at the end of an arena may be so much: 1 MiB. A usual run needs less beside V8's heap. With a quarter of it a run would
/// wait for some 70 pages that the run before has given back.
#[cfg(target_env = "gnu")]
const MOST_KEPT_BYTES: libc::c_int = 1024 * 1024;

/// Blocks from this size on are the system's own, and go back to it at once: 4 MiB.
#[cfg(target_env = "gnu")]
const OWN_BLOCK_BYTES: libc::c_int = 4 * 1024 * 1024;

/// From now on little is kept of what is freed.
pub(super) fn keep_little() {
    #[cfg(target_env = "gnu")]
    // SAFETY: the function takes any numbers, and locks the allocator by itself.
    unsafe {
        libc::mallopt(libc::M_TRIM_THRESHOLD, MOST_KEPT_BYTES);
        libc::mallopt(libc::M_MMAP_THRESHOLD, OWN_BLOCK_BYTES);
    };
}

/// Gives free memory in the middle of arenas back to the system.
pub(super) fn give_back() {
    #[cfg(target_env = "gnu")]
    // SAFETY: the function takes a number, and locks the allocator by itself.
    unsafe {
        libc::malloc_trim(0)
    };
}

#[cfg(test)]
#[cfg(target_env = "gnu")]
mod tests {
    use std::sync::Barrier;

    use super::*;

    const THREADS: usize = 4;
    /// Smaller than a block of the system's own.
    const BLOCK_BYTES: usize = 128 * 1024;
    const BLOCKS: usize = 256;

    /// What the process holds of its own, in bytes.
    fn resident() -> usize {
        let status = std::fs::read_to_string("/proc/self/status").unwrap();
        let line = status.lines().find_map(|line| line.strip_prefix("RssAnon:")).unwrap();
        line.trim().trim_end_matches(" kB").parse::<usize>().unwrap() * 1024
    }

    #[test]
    fn what_threads_have_freed_goes_back_while_they_live() {
        keep_little();
        // glibc alone would keep twice as much in each arena from here on.
        drop(std::hint::black_box(vec![1_u8; 24 * 1024 * 1024]));
        let before = resident();
        let [full, measured, freed, over] = std::array::from_fn(|_| Barrier::new(THREADS + 1));
        std::thread::scope(|scope| {
            for _ in 0..THREADS {
                scope.spawn(|| {
                    let blocks: Vec<_> = (0..BLOCKS).map(|_| vec![1_u8; BLOCK_BYTES]).collect();
                    full.wait();
                    measured.wait();
                    drop(std::hint::black_box(blocks));
                    freed.wait();
                    over.wait();
                });
            }
            full.wait();
            let all = THREADS * BLOCKS * BLOCK_BYTES;
            let most = resident().saturating_sub(before);
            measured.wait();
            freed.wait();
            give_back();
            let held = resident().saturating_sub(before);
            over.wait();
            assert!(most > all / 10 * 9, "{most} of {all} bytes were there");
            assert!(held < all / 2, "{held} bytes stay, where {most} were freed");
        });
    }
}
