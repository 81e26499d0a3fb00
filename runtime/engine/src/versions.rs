//! What executes functions, in which versions.

/// The version of the crate `deno_core`, which the workspace pins.
pub const DENO_CORE_VERSION: &str = "0.413.0";

/// The version of V8 that is linked.
#[must_use]
pub fn v8_version() -> &'static str {
    deno_core::v8::V8::get_version()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_version_is_the_one_that_the_workspace_pins() {
        let manifest = concat!(env!("CARGO_MANIFEST_DIR"), "/../../Cargo.toml");
        let manifest = std::fs::read_to_string(manifest).unwrap();
        let pinned = format!("deno_core = {{ version = \"={DENO_CORE_VERSION}\"");
        assert!(
            manifest.contains(&pinned),
            "the root Cargo.toml has another version than {DENO_CORE_VERSION}"
        );
        assert!(
            v8_version()
                .split('.')
                .all(|part| part.split('-').next().is_some_and(|n| n.parse::<u32>().is_ok()))
        );
    }
}
