//! What is said while it measures: on stderr.

use crate::figures::Sample;
use crate::memory_found::{Found, Memory};

/// Something starts.
pub(crate) fn step(text: impl AsRef<str>) {
    anstream::eprintln!("   measuring {}", text.as_ref());
}

/// Something did not work, and the rest goes on.
pub(crate) fn warning(text: impl AsRef<str>) {
    anstream::eprintln!("     warning {}", text.as_ref());
}

/// One round.
pub(crate) fn sample(sample: &Sample) {
    let Sample { workload, setting, peer, round, cpu_ms, per_second, p50_ms, p99_ms, .. } = sample;
    let title = peer.title();
    anstream::eprintln!(
        "             {workload:?} {title:<18} {setting:>4} {}, round {}: {cpu_ms:.2} ms CPU, {per_second:.0}/s, {p50_ms:.1}/{p99_ms:.1} ms{}",
        workload.setting(),
        round + 1,
        sample.void.as_ref().map(|why| format!(" VOID: {why}")).unwrap_or_default(),
    );
}

/// One look at a subject's memory.
pub(crate) fn memory(memory: &Memory) {
    let mib = |bytes: f64| bytes / f64::from(1 << 20);
    let found = match memory.found {
        Found::Waiting { runs, waiting, gone, idle } => format!(
            "{:.2} MiB for each of {runs} that wait; {:.0} MiB when they are gone, {:.0} MiB later",
            mib(waiting) / runs as f64,
            mib(gone),
            mib(idle)
        ),
        Found::Slope { each } => format!("{each:.0} bytes stay of each run"),
    };
    anstream::eprintln!("             {:?} {:<18} {found}", memory.workload, memory.peer.title());
}
