//! Every target, with the inputs that are kept and with a few of those that `cargo xtask fuzz` makes.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test may stop at the first surprise")]

use onevent_fuzz::{ALL, Target, corpus, inputs, named};
use proptest::test_runner::{Config, TestError, TestRunner};

/// Inputs of each target, of which none takes long.
const CASES: u32 = 250;
/// Of those that call somebody, or write files.
const FEW_CASES: u32 = 60;

fn holds(name: &str, cases: u32) {
    let target = named(name).unwrap();
    let kept = corpus::of(target);
    assert!(kept.len() >= 3, "{name} has {} kept inputs", kept.len());
    for (file, input) in kept {
        let held = std::panic::catch_unwind(|| (target.run)(&input));
        assert!(held.is_ok(), "by {}", file.display());
    }
    let config = Config { cases, failure_persistence: None, ..Config::default() };
    let fed = TestRunner::new(config).run(&inputs::of(target), |input| {
        (target.run)(&input);
        Ok(())
    });
    match fed {
        Ok(()) => {}
        Err(TestError::Fail(reason, input)) => {
            let shown = input.escape_ascii();
            panic!("{reason}\nby \"{shown}\", which is to be kept in tests/fuzz/corpus/{name}");
        }
        Err(TestError::Abort(reason)) => panic!("{reason}"),
    }
}

macro_rules! targets {
    ($($name:ident: $cases:expr,)*) => {
        $(#[test]
        fn $name() {
            holds(stringify!($name), $cases);
        })*

        #[test]
        fn every_target_is_tested() {
            let tested = [$(stringify!($name)),*];
            let all: Vec<&str> = ALL.iter().map(|target| target.name).collect();
            assert_eq!(all, tested);
        }
    };
}

targets! {
    resolver: FEW_CASES,
    template: CASES,
    address: CASES,
    schema: CASES,
    fixture: CASES,
    configuration: FEW_CASES,
    vitest: FEW_CASES,
    ops: CASES,
    frames: CASES,
    answers: FEW_CASES,
}

#[test]
fn a_target_that_panics_is_noticed() {
    let target =
        Target { name: "none", run: |input| assert!(!input.contains(&b'!')), words: &["!"], seeds: Vec::new };
    let config = Config { cases: CASES, failure_persistence: None, ..Config::default() };
    let fed = TestRunner::new(config).run(&inputs::of(&target), |input| {
        (target.run)(&input);
        Ok(())
    });
    let Err(TestError::Fail(_, smallest)) = fed else { panic!("nothing was noticed") };
    assert_eq!(smallest, b"!", "and it is made as small as it will go");
}

#[test]
fn cargo_fuzz_has_the_same_targets() {
    let folder = std::path::Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../../fuzz"));
    let manifest = std::fs::read_to_string(folder.join("Cargo.toml")).unwrap();
    for target in ALL {
        let name = target.name;
        assert!(
            manifest.contains(&format!("[[bin]]\nname = \"{name}\"\npath = \"targets/{name}.rs\"\n")),
            "{name}"
        );
        let text = std::fs::read_to_string(folder.join(format!("targets/{name}.rs"))).unwrap();
        assert!(text.contains(&format!("fuzz_target!(|input: &[u8]| run(\"{name}\", input))")), "{text}");
    }
    assert_eq!(manifest.matches("[[bin]]").count(), ALL.len());
}
