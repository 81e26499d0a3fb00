//! What people read fits their terminal.

use std::process::Command;

use crate::stage::{Stage, command};

/// The lines of a command in a pseudo terminal that is so wide, without colours.
fn lines(stage: &Stage, columns: usize, arguments: &str) -> Vec<String> {
    let program = assert_cmd::cargo::cargo_bin!("onevent");
    let typed = format!("stty cols {columns} rows 24; {} {arguments}", program.display());
    let mut terminal = Command::new("script");
    terminal.args(["-qec", &typed, "/dev/null"]).current_dir(stage.project.path()).env_clear();
    terminal.env("PATH", "/usr/bin:/bin").env("SHELL", "/bin/sh").env("TERM", "xterm");
    let output = terminal.output().expect("this test needs `script`, of bsdutils");
    let text = String::from_utf8(output.stdout).unwrap();
    let text = anstream::adapter::strip_str(&text).to_string();
    text.lines().map(|line| line.trim_end_matches('\r').to_owned()).collect()
}

/// A line that is too long, and not because of one word.
fn too_long(line: &str, columns: usize) -> bool {
    line.chars().count() > columns && line.trim_start().contains(' ')
}

#[test]
fn everything_that_people_read_fits_sixty_columns() {
    let stage = Stage::new();
    stage.function("salesforce/on-events/broken", "export default createOnEvent({ description: 'a line that is longer than any terminal', event: 'never', exec: async () => {} }) +;");
    stage.function(
        "github/on-events/say",
        "import { createOnEvent } from 'nango';
        export default createOnEvent({ description: 'Says many words, so many that no line of sixty columns has room for them',
            event: 'validate-connection',
            exec: async (nango) => {
                await nango.log('one two three four five six seven eight nine ten eleven twelve thirteen fourteen');
                await nango.setMetadata({ words: 'one two three four five six seven eight nine ten eleven twelve' });
                throw new nango.ActionError('this connection is not accepted, for a reason that takes a few more words to tell');
            } });",
    );
    for name in ["first", "second"] {
        let create = ["connection", "create", "github", name, "--credentials", "@acme.json"];
        assert_eq!(stage.run(&create).code, 3);
    }
    for arguments in [
        "functions --lenient",
        "connection create github acme --credentials @acme.json",
        "connection list",
        "runs list",
        "config --all",
        "doctor",
        "keys list",
        "deployments list",
        "events list",
        "dryrun say acme --connection @acme.json",
        "dryrun nothing acme",
        "init acme --folder acme",
        "test",
    ] {
        let shown = lines(&stage, 60, arguments);
        let long: Vec<&String> = shown.iter().filter(|line| too_long(line, 60)).collect();
        assert!(long.is_empty(), "{arguments}: {long:#?}\n{}", shown.join("\n"));
        assert!(shown.iter().any(|line| !line.is_empty()) || arguments.ends_with("list"), "{arguments}");
    }
    let wide = lines(&stage, 200, "runs list");
    assert!(
        wide.iter().any(|line| line.contains("github/say") && line.chars().count() > 60),
        "a control: {wide:#?}"
    );
    let ids = lines(&stage, 60, "runs list");
    assert!(
        ids.iter().any(|line| line.len() == 36 && line.matches('-').count() == 4),
        "ids stay whole: {ids:#?}"
    );
}

#[test]
fn a_pipe_gets_lines_as_they_are() {
    let stage = Stage::new();
    let mut piped = command(stage.project.path(), &["functions"]);
    let wide = piped.env("COLUMNS", "40").output().unwrap();
    let text = String::from_utf8(wide.stdout).unwrap();
    assert!(text.lines().any(|line| line.chars().count() > 60), "{text}");
}
