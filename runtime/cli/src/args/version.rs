//! What `--version` tells.

use std::sync::LazyLock;

use onevent_engine::{DENO_CORE_VERSION, v8_version};

/// The version, and what this program was made of: what a report of a fault needs.
pub(super) fn long() -> &'static str {
    static TEXT: LazyLock<String> = LazyLock::new(|| {
        // Absent where it was not built from a checkout: build.rs.
        let commit = option_env!("ONEVENT_BUILT_FROM").unwrap_or("unknown");
        let version = env!("CARGO_PKG_VERSION");
        format!("{version}\ncommit {commit}\nV8 {}\ndeno_core {DENO_CORE_VERSION}", v8_version())
    });
    &TEXT
}
