//! The demo is as told, whatever is changed.

use std::path::Path;
use std::process::Command;

use crate::world::program;

#[test]
fn the_demo_ends_as_told() {
    let workspace = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/.."));
    let output = Command::new(env!("CARGO_BIN_EXE_onevent-demo"))
        .arg("--onevent")
        .arg(program())
        .arg("--project")
        .arg(workspace.join("examples"))
        .arg("--pinned")
        .arg(workspace.join("tests/official/deploy"))
        .output()
        .unwrap();
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    assert!(output.status.success(), "{}\n{}", text(&output.stdout), text(&output.stderr));
    assert!(text(&output.stdout).contains("All as told:"), "{}", text(&output.stdout));
}
