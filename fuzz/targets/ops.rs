//! See `tests/fuzz/src/targets/ops.rs`.
#![no_main]

use libfuzzer_sys::fuzz_target;

fn run(name: &str, input: &[u8]) {
    if let Some(target) = onevent_fuzz::named(name) {
        (target.run)(input);
    }
}

fuzz_target!(|input: &[u8]| run("ops", input));
