//! What a process holds of the machine's memory.

use std::path::PathBuf;
use std::time::Duration;

/// Isolates that are shared wait a minute for another run before they go.
const ATTEMPTS: u32 = 1_500;
const PAUSE: Duration = Duration::from_millis(100);

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

    /// Waits until it is less than this, and tells otherwise what it stays at.
    pub(super) async fn comes_back(&self, most: u64) -> Result<(), u64> {
        for _ in 0..ATTEMPTS {
            if self.now() < most {
                return Ok(());
            }
            tokio::time::sleep(PAUSE).await;
        }
        Err(self.now())
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
