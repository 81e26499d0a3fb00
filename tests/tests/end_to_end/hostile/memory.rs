//! What a process holds of the machine's memory.

use std::path::PathBuf;

/// Of one process.
pub(super) struct Memory(PathBuf);

impl Memory {
    pub(super) fn of(process_id: u32) -> Self {
        Self(PathBuf::from(format!("/proc/{process_id}")))
    }

    /// Now, in bytes.
    pub(super) fn now(&self) -> u64 {
        self.read("VmRSS:")
    }

    /// At most, since the peak was forgotten.
    pub(super) fn peak(&self) -> u64 {
        self.read("VmHWM:")
    }

    /// From here on the peak is that of what comes.
    pub(super) fn forget_peak(&self) {
        std::fs::write(self.0.join("clear_refs"), "5").unwrap();
    }

    /// Nothing of a process that has ended.
    fn read(&self, field: &str) -> u64 {
        let status = std::fs::read_to_string(self.0.join("status")).unwrap_or_default();
        let line = status.lines().find_map(|line| line.strip_prefix(field));
        let kibibytes = line.and_then(|line| line.trim().strip_suffix(" kB")?.parse::<u64>().ok());
        kibibytes.unwrap_or_default() * 1024
    }
}
