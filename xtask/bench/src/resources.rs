//! What processes use, as the kernel's lists say it.

use crate::failure::{Failure, Tried, While as _};

/// A tick of the kernel's lists: `USER_HZ` is 100 on every Linux.
const TICK_MS: f64 = 10.0;
/// Where times stand in `/proc/<pid>/stat`, behind the program's name: user and system of the process itself.
const OWN: [usize; 2] = [11, 12];
/// The same of its children that have ended, and of theirs.
const ENDED_CHILDREN: [usize; 2] = [13, 14];

/// The CPU time of a running process, all its threads, ended ones too, in milliseconds and steps of a tick.
pub(crate) fn cpu_ms(pid: u32) -> Tried<f64> {
    ticks(&pid.to_string(), OWN)
}

/// The CPU time of all children of this process that have ended, and of theirs, in milliseconds and steps of a tick.
pub(crate) fn ended_children_cpu_ms() -> Tried<f64> {
    ticks("self", ENDED_CHILDREN)
}

fn ticks(process: &str, fields: [usize; 2]) -> Tried<f64> {
    let stat =
        std::fs::read_to_string(format!("/proc/{process}/stat")).trying("the CPU time of a subject")?;
    sum(&stat, fields).ok_or_else(|| Failure::new("the kernel names no CPU time"))
}

/// The program's name stands in parentheses and may hold anything, so what is counted comes behind the last one.
fn sum(stat: &str, fields: [usize; 2]) -> Option<f64> {
    let behind: Vec<&str> = stat.rsplit_once(')')?.1.split_whitespace().collect();
    let ticks: Option<Vec<f64>> = fields.iter().map(|place| behind.get(*place)?.parse().ok()).collect();
    Some(ticks?.iter().sum::<f64>() * TICK_MS)
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
    fn the_kernels_lists_are_read() {
        let stat = "7 (a (b) c) S 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15";
        assert_eq!(sum(stat, OWN), Some(230.0));
        assert_eq!(sum(stat, ENDED_CHILDREN), Some(270.0));
        assert_eq!(sum("7 (a) S 1", OWN), None);
        assert_eq!(resident("Name:\tx\nVmRSS:\t    2048 kB\n"), Some(2048.0 * 1024.0));
        assert_eq!(resident("Name:\tx\n"), None);
    }

    #[test]
    fn processes_that_work_use_time_and_memory() {
        let before = ended_children_cpu_ms().unwrap();
        let own = cpu_ms(std::process::id()).unwrap();
        let loops = "i=0; while [ $i -lt 200000 ]; do i=$((i+1)); done";
        std::process::Command::new("sh").args(["-c", loops]).status().unwrap();
        assert!(ended_children_cpu_ms().unwrap() > before);
        assert!(cpu_ms(std::process::id()).unwrap() >= own);
        assert!(resident_bytes(std::process::id()).unwrap() > 100_000.0);
        assert!(resident_bytes(u32::MAX).is_err());
    }
}
