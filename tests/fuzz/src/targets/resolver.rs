//! Which file an import means, in memory and in a folder with links: nothing outside of a project is ever read.
//!
//! An input is files, each behind a line `=== path`, or `=== path -> where a link leads`. `{outside}` in that is a folder beside the
//! project.

use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::os::unix::fs::symlink;
use std::path::{Component, Path, PathBuf};
use std::sync::Arc;

use onevent_source::{ProjectFiles, ProjectSource, Selection};
use tempfile::TempDir;

use crate::input::text;
use crate::target::Target;

pub(super) const TARGET: Target = Target {
    name: "resolver",
    run,
    words: &[
        "\n=== ",
        "=== index.ts\n",
        " -> ",
        "{outside}",
        "{outside}/secret.ts",
        "../",
        "./",
        "..",
        "/",
        "\\",
        "node_modules/",
        "package.json\n",
        "acme/on-events/",
        "acme/actions/",
        "a.ts\n",
        "import './acme/on-events/a.js';\n",
        "import x from '",
        "';\n",
        "export * from '",
        "require('",
        "import('",
        "export default 1;\n",
        ".env",
        ".json",
        ".cjs",
        ".mjs",
        "index.ts",
        "{\"exports\": {\".\": {\"import\": \"./",
        "\"}}}",
        "\"browser\"",
        "\"imports\"",
        "#a",
        "%2e%2e%2f",
        "file:///",
        "node:fs",
        "data:text/javascript,",
        "zod",
        "nango",
        "\0",
        "with { type: 'json' }",
        "\u{feff}",
        "secret.ts",
        "({[",
        "`${",
    ],
    seeds: Vec::new,
};

/// What stands in the file outside, and may be in no module.
const MARK: &str = "OUTSIDE-OF-THE-PROJECT";
/// Files of one input at most.
const MAX_FILES: usize = 32;

fn run(input: &[u8]) {
    let text = text(input);
    let files = files(&text);
    let texts = files.iter().filter_map(|(path, content)| Some((String::from(*path), content.text()?)));
    let links = files.iter().filter_map(|(path, content)| Some((String::from(*path), content.link()?)));
    let in_memory = ProjectFiles { files: texts.collect(), links: links.collect() };
    read(&in_memory.into());
    let Ok(folder) = scratch() else { return };
    if let Some(project) = write(folder.path(), &files) {
        read(&ProjectSource::directory(project));
    }
}

/// A folder in memory, where there is such a place: many files are written.
fn scratch() -> io::Result<TempDir> {
    let memory = Path::new("/dev/shm");
    if memory.is_dir() { tempfile::tempdir_in(memory) } else { tempfile::tempdir() }
}

enum Content<'t> {
    Text(&'t str),
    Link(&'t str),
}

impl Content<'_> {
    fn text(&self) -> Option<Arc<str>> {
        match self {
            Self::Text(text) => Some((*text).into()),
            Self::Link(_) => None,
        }
    }

    fn link(&self) -> Option<String> {
        match self {
            Self::Text(_) => None,
            Self::Link(target) => Some((*target).to_owned()),
        }
    }
}

fn files(text: &str) -> BTreeMap<&str, Content<'_>> {
    let text = text.strip_prefix("=== ").unwrap_or(text);
    text.split("\n=== ").take(MAX_FILES).map(file).collect()
}

fn file(part: &str) -> (&str, Content<'_>) {
    let (head, body) = part.split_once('\n').unwrap_or((part, ""));
    match head.split_once(" -> ") {
        Some((path, target)) => (path, Content::Link(target)),
        None => (head, Content::Text(body)),
    }
}

/// Writes the project, and beside it what it may not reach. Its folder.
fn write(folder: &Path, files: &BTreeMap<&str, Content<'_>>) -> Option<PathBuf> {
    let (project, outside) = (folder.join("project"), folder.join("outside"));
    fs::create_dir(&project).ok()?;
    fs::create_dir(&outside).ok()?;
    for name in ["secret.ts", "secret.json", "index.ts", "package.json"] {
        fs::write(outside.join(name), format!("\"{MARK}\"")).ok()?;
    }
    let mut links = Vec::new();
    for (path, content) in files {
        let path = Path::new(path);
        if !path.components().all(|part| matches!(part, Component::Normal(_))) {
            continue;
        }
        let at = project.join(path);
        // What a file system does not take is not there.
        match content {
            Content::Text(text) => {
                let _ = at.parent().map(fs::create_dir_all);
                let _ = fs::write(&at, text);
            }
            Content::Link(target) => {
                links.push((at, target.replace("{outside}", &outside.to_string_lossy())))
            }
        }
    }
    // Last: nothing is written through them.
    for (at, target) in links {
        let _ = at.parent().filter(|folder| folder.is_dir()).map(|_| symlink(target, &at));
    }
    Some(project)
}

fn read(source: &ProjectSource) {
    let once = modules(source);
    assert_eq!(once, modules(source), "the same project is read in the same way");
}

/// The paths of the modules of each function.
fn modules(source: &ProjectSource) -> Vec<Vec<String>> {
    let Ok(project) = onevent_source::read(source, &Selection::All) else { return Vec::new() };
    let functions = project.functions.into_iter().flatten();
    functions
        .map(|function| {
            for module in function.modules.iter() {
                assert!(!module.code.contains(MARK), "{} was read, which lies outside", module.path);
                assert!(!module.path.starts_with(['/', '.']), "{} is no path in the project", module.path);
            }
            function.modules.iter().map(|module| module.path.clone()).collect()
        })
        .collect()
}
