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

/// The CPU time of all children of this process, those that run and those that have ended, in milliseconds and steps of a
/// tick.
pub(crate) fn children_cpu_ms() -> Tried<f64> {
    // One that ends in between is missing in neither: it has ended before it is gone.
    let running = children(std::process::id());
    let running = running.iter().filter_map(|child| ticks(&child.to_string(), OWN).ok()).sum::<f64>();
    Ok(running + ended_children_cpu_ms()?)
}

/// The children of a process, of all its threads.
fn children(pid: u32) -> Vec<u32> {
    let threads = std::fs::read_dir(format!("/proc/{pid}/task")).into_iter().flatten().flatten();
    let lists = threads.filter_map(|thread| std::fs::read_to_string(thread.path().join("children")).ok());
    lists
        .flat_map(|list| list.split_whitespace().filter_map(|child| child.parse().ok()).collect::<Vec<_>>())
        .collect()
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

/// The resident memory of a running process in bytes, and what its children hold beside it: of pages that several hold,
/// their share.
pub(crate) fn resident_bytes(pid: u32) -> Tried<f64> {
    let status = std::fs::read_to_string(format!("/proc/{pid}/status")).trying("the memory of a subject")?;
    let own = amount(&status, "VmRSS:").ok_or_else(|| Failure::new("the kernel names no resident memory"))?;
    let held = |child: &u32| {
        let list = std::fs::read_to_string(format!("/proc/{child}/smaps_rollup")).ok()?;
        amount(&list, "Pss:")
    };
    Ok(own + children(pid).iter().filter_map(held).sum::<f64>())
}

/// A line of the kernel's that says an amount of memory.
fn amount(list: &str, name: &str) -> Option<f64> {
    let line = list.lines().find_map(|line| line.strip_prefix(name))?;
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
        assert_eq!(amount("Name:\tx\nVmRSS:\t    2048 kB\n", "VmRSS:"), Some(2048.0 * 1024.0));
        assert_eq!(amount("Name:\tx\n", "VmRSS:"), None);
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

    #[test]
    fn children_that_run_count() {
        let (ended, memory) = (ended_children_cpu_ms().unwrap(), resident_bytes(std::process::id()).unwrap());
        let loops = "i=0; while [ $i -lt 200000 ]; do i=$((i+1)); done; sleep 60";
        let mut child = std::process::Command::new("sh").args(["-c", loops]).spawn().unwrap();
        while children_cpu_ms().unwrap() < ended + TICK_MS {
            std::thread::yield_now();
        }
        assert!(children(std::process::id()).contains(&child.id()));
        assert!(resident_bytes(std::process::id()).unwrap() > memory);
        child.kill().unwrap();
        child.wait().unwrap();
    }
}
