//! The page about the codes.

use std::path::Path;

use onevent_check::Code;

#[test]
fn the_page_lists_every_code_with_its_severity() {
    let page = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/checking.md");
    let page = std::fs::read_to_string(page).unwrap();
    let listed: Vec<(&str, &str)> = page
        .lines()
        .filter_map(|line| line.strip_prefix("| `"))
        .map(|row| {
            let (code, rest) = row.split_once("` | ").unwrap();
            (code, rest.split_once(" |").unwrap().0)
        })
        .collect();
    let codes: Vec<(&str, &str)> =
        Code::all().iter().map(|code| (code.as_str(), code.severity().as_str())).collect();
    assert_eq!(listed, codes);
}
