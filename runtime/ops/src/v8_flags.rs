//! V8's flags. They are process-wide and can be set once, before V8 starts: all of them are here.

/// What onevent adds to deno_core's own flags.
///
/// `--no-turboshaft-loop-unrolling`: without it V8 150.4 leaves out the stack check of some optimised loops, and
/// `for(;;) new Array(1000).fill(1.5)` then ignores every request to terminate.
const FLAGS: &str = "--no-turboshaft-loop-unrolling";

/// Sets the flags, and where V8's random numbers come from. Call it before the first isolate; later calls of the same process change nothing.
pub fn set() {
    static ONCE: std::sync::Once = std::sync::Once::new();
    ONCE.call_once(|| {
        deno_core::v8::V8::set_flags_from_string(FLAGS);
        // V8 itself would open /dev/urandom, which a child process cannot, and make do with the time of day.
        deno_core::v8::V8::set_entropy_source(|bytes: &mut [u8]| getrandom::fill(bytes).is_ok());
    });
}
