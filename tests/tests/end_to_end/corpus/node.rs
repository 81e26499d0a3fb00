//! Recording the corpus again: Nango's packages come from npm, are installed for this test, and are not ours to keep.

use std::process::Command;

use super::files::copied;

#[test]
fn node_records_the_same_fixtures_again() {
    let folder = copied(|_| true);
    let run = |program: &str, arguments: &[&str], failure: &str| {
        let output = Command::new(program)
            .args(arguments)
            .current_dir(folder.path())
            .output()
            .expect("this test needs Node 20 or newer with npm");
        assert!(
            output.status.success(),
            "{failure}:\n{}\n{}",
            String::from_utf8_lossy(&output.stdout),
            String::from_utf8_lossy(&output.stderr)
        );
    };
    let install = ["ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"];
    run("npm", &install, "npm could not install Nango's packages; this test needs the npm registry");
    run("node", &["record/main.mjs", "--check"], "Node records something else than what is committed");
}
