//! What it was measured on.

use std::process::Command;

use serde::Serialize;

/// The machine and its programs.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct Machine {
    /// The processor's name.
    pub(crate) processor: String,
    /// How many of them.
    pub(crate) cores: usize,
    /// In megabytes.
    pub(crate) memory_mb: u64,
    /// The kernel.
    pub(crate) system: String,
    /// The day.
    pub(crate) day: String,
    /// What else ran when it began: the average load of a minute.
    pub(crate) load: String,
    /// The commit that was measured.
    pub(crate) commit: String,
}

impl Machine {
    /// This one.
    pub(crate) fn here(root: &std::path::Path) -> Self {
        let file = |path: &str| std::fs::read_to_string(path).unwrap_or_default();
        let load = file("/proc/loadavg").split(' ').next().unwrap_or_default().to_owned();
        Self {
            processor: after(&file("/proc/cpuinfo"), "model name"),
            cores: std::thread::available_parallelism().map_or(1, usize::from),
            memory_mb: kilobytes(&after(&file("/proc/meminfo"), "MemTotal")) / 1_000,
            system: said(Command::new("uname").args(["-srm"])),
            day: said(Command::new("date").args(["-u", "+%Y-%m-%d"])),
            load,
            commit: said(Command::new("git").args(["rev-parse", "--short", "HEAD"]).current_dir(root)),
        }
    }
}

/// The value of the first line `name : value`.
fn after(text: &str, name: &str) -> String {
    let line = text.lines().find_map(|line| line.strip_prefix(name)?.trim_start().strip_prefix(':'));
    line.unwrap_or("unknown").trim().to_owned()
}

fn kilobytes(text: &str) -> u64 {
    text.split(' ').next().and_then(|number| number.parse().ok()).unwrap_or_default()
}

fn said(command: &mut Command) -> String {
    let output = command.output().map(|output| output.stdout).unwrap_or_default();
    String::from_utf8_lossy(&output).trim().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_kernels_lists_are_read() {
        assert_eq!(
            after("processor\t: 0\nmodel name\t: Some CPU @ 2 GHz\n", "model name"),
            "Some CPU @ 2 GHz"
        );
        assert_eq!(kilobytes(&after("MemTotal:       24000000 kB\n", "MemTotal")), 24_000_000);
        assert_eq!(after("", "model name"), "unknown");
    }
}
