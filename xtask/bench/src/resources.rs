//! What processes use, as the kernel counts it.

use nix::sys::resource::{UsageWho, getrusage};
use nix::time::clock_getcpuclockid;
use nix::unistd::Pid;

use crate::failure::{Failure, Tried, While as _};

/// The CPU time of a running process, all its threads, ended ones too, in milliseconds.
pub(crate) fn cpu_ms(pid: u32) -> Tried<f64> {
    let pid = Pid::from_raw(i32::try_from(pid).unwrap_or_default());
    let clock = clock_getcpuclockid(pid).trying("the CPU clock of a subject")?;
    let time = clock.now().trying("the CPU clock of a subject")?;
    Ok(time.tv_sec() as f64 * 1e3 + time.tv_nsec() as f64 / 1e6)
}

/// The CPU time of all children of this process that have ended, and of theirs, in milliseconds.
pub(crate) fn ended_children_cpu_ms() -> Tried<f64> {
    let usage = getrusage(UsageWho::RUSAGE_CHILDREN).trying("the usage of ended children")?;
    let ms = |time: nix::sys::time::TimeVal| time.tv_sec() as f64 * 1e3 + time.tv_usec() as f64 / 1e3;
    Ok(ms(usage.user_time()) + ms(usage.system_time()))
}

/// The resident memory of a running process in bytes.
pub(crate) fn resident_bytes(pid: u32) -> Tried<f64> {
    let status = std::fs::read_to_string(format!("/proc/{pid}/status")).trying("the memory of a subject")?;
    resident(&status).ok_or_else(|| Failure::new("the kernel names no resident memory"))
}

fn resident(status: &str) -> Option<f64> {
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"))?;
    let kilobytes: f64 = line.trim().strip_suffix("kB")?.trim().parse().ok()?;
    Some(kilobytes * 1024.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_process_that_works_uses_time_and_memory() {
        let own = std::process::id();
        let before = cpu_ms(own).unwrap();
        let sum: u64 = std::hint::black_box((0..20_000_000_u64).fold(0, |sum, n| sum ^ (n * n)));
        assert!(cpu_ms(own).unwrap() > before, "{sum}");
        assert!(resident_bytes(own).unwrap() > 100_000.0);
        assert!(resident_bytes(u32::MAX).is_err());
    }

    #[test]
    fn what_an_ended_child_used_is_counted() {
        let before = ended_children_cpu_ms().unwrap();
        std::process::Command::new("sh")
            .args(["-c", "i=0; while [ $i -lt 20000 ]; do i=$((i+1)); done"])
            .status()
            .unwrap();
        assert!(ended_children_cpu_ms().unwrap() > before);
    }

    #[test]
    fn the_kernels_line_is_read() {
        assert_eq!(resident("Name:\tx\nVmRSS:\t    2048 kB\n"), Some(2048.0 * 1024.0));
        assert_eq!(resident("Name:\tx\n"), None);
    }
}
