//! What is read of a folder while it is loaded, so that it can be loaded elsewhere.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// Files of a project, and the links among them: enough to load the same functions from memory.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ProjectFiles {
    /// Paths inside the project, with `/`, and their texts.
    pub files: BTreeMap<String, Arc<str>>,
    /// Paths that are links, as package managers make them in `node_modules`, and where each leads to in the project.
    pub links: BTreeMap<String, String>,
}

impl ProjectFiles {
    /// The path that this one leads to, every link followed.
    pub(crate) fn real(&self, path: &str) -> String {
        let mut at = String::with_capacity(path.len());
        for part in path.split('/').filter(|part| !part.is_empty()) {
            if !at.is_empty() {
                at.push('/');
            }
            at.push_str(part);
            if let Some(target) = self.links.get(&at) {
                at.clone_from(target);
            }
        }
        at
    }

    /// Whether something lies below this path.
    pub(crate) fn is_folder(&self, path: &str) -> bool {
        let inside = format!("{path}/");
        let is_inside = |name: Option<&String>| name.is_some_and(|name| name.starts_with(&inside));
        path.is_empty()
            || is_inside(self.files.range(inside.clone()..).next().map(|(name, _)| name))
            || is_inside(self.links.range(inside.clone()..).next().map(|(name, _)| name))
    }
}

/// What was read of a folder until now.
#[derive(Debug, Clone, Default)]
pub struct FolderReading(Arc<Mutex<ProjectFiles>>);

impl FolderReading {
    /// The files that were read, and those that were looked for and are there: without their texts, which nothing depended
    /// on.
    #[must_use]
    pub fn files(&self) -> ProjectFiles {
        self.lock().clone()
    }

    /// A file was looked for, and is there.
    pub(crate) fn saw(&self, root: &Path, path: &str) {
        let mut files = self.lock();
        let real = note_links(&mut files, root, path);
        files.files.entry(real).or_default();
    }

    /// A file was read.
    pub(crate) fn read(&self, root: &Path, path: &str, text: &Arc<str>) {
        let mut files = self.lock();
        let real = note_links(&mut files, root, path);
        files.files.insert(real, Arc::clone(text));
    }

    fn lock(&self) -> MutexGuard<'_, ProjectFiles> {
        // Every change is one step: what a panic leaves behind is whole.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Notes each link on the way to `path`, and returns where it leads. The way was checked to stay in the project.
fn note_links(files: &mut ProjectFiles, root: &Path, path: &str) -> String {
    let mut at = String::new();
    for part in path.split('/').filter(|part| !part.is_empty()) {
        if !at.is_empty() {
            at.push('/');
        }
        at.push_str(part);
        let full = root.join(&at);
        if full.is_symlink()
            && let Some(target) = inside(root, &full)
        {
            files.links.insert(at, target.clone());
            at = target;
        }
    }
    at
}

/// The real path of a file, from the project's root.
fn inside(root: &Path, full: &Path) -> Option<String> {
    let real = full.canonicalize().ok()?;
    let below = real.strip_prefix(root.canonicalize().ok()?).ok()?;
    below.to_str().map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{ProjectSource, Selection, read};

    #[test]
    fn what_was_read_of_a_folder_is_enough_to_load_the_same_from_memory_and_no_more() {
        let folder = tempfile::tempdir().unwrap();
        let write = |path: &str, text: &str| {
            let path = folder.path().join(path);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, text).unwrap();
        };
        write("index.ts", "import './acme/on-events/check';\nimport './acme/syncs/all';\n");
        write(
            "acme/on-events/check.ts",
            "import { a } from '../lib/a.js';\nimport own from 'own';\na(own);\n",
        );
        write("acme/lib/a.ts", "export const a = (x: unknown) => x;\n");
        write("acme/lib/unused.ts", "export const b = 1;\n");
        write("store/own@1/package.json", "{\"name\": \"own\", \"main\": \"main.js\"}");
        write("store/own@1/main.js", "module.exports = require('./other');\n");
        write("store/own@1/other.js", "module.exports = 1;\n");
        write("store/own@1/notes.txt", "nobody reads this\n");
        std::fs::create_dir(folder.path().join("node_modules")).unwrap();
        std::os::unix::fs::symlink("../store/own@1", folder.path().join("node_modules/own")).unwrap();

        let (source, reading) = ProjectSource::directory(folder.path()).noted();
        let modules = |source: &ProjectSource| {
            let project = read(source, &Selection::All).unwrap();
            let check = project.functions.into_iter().find_map(Result::ok).unwrap();
            check.modules.iter().map(|module| format!("{module:?}")).collect::<Vec<_>>()
        };
        let here = modules(&source);
        assert!(here.len() >= 4, "its two files, and two of the package: {here:?}");
        let files = reading.files();
        assert_eq!(files.links, BTreeMap::from([("node_modules/own".into(), "store/own@1".into())]));
        let unread = |name: &&String| name.contains("unused") || name.contains("notes");
        assert_eq!(files.files.keys().find(unread), None);
        assert_eq!(modules(&files.into()), here);
    }

    #[test]
    fn links_are_followed_wherever_they_stand_in_a_path() {
        let files = ProjectFiles {
            files: BTreeMap::from([("store/a@1/node_modules/a/index.js".to_owned(), "".into())]),
            links: BTreeMap::from([
                ("node_modules/a".to_owned(), "store/a@1/node_modules/a".to_owned()),
                ("store/a@1/node_modules/b".to_owned(), "store/b@2/b".to_owned()),
                // It leads to itself: nothing is waited for.
                ("loop".to_owned(), "loop".to_owned()),
            ]),
        };
        assert_eq!(files.real("node_modules/a/index.js"), "store/a@1/node_modules/a/index.js");
        assert_eq!(files.real("store/a@1/node_modules/b"), "store/b@2/b");
        assert_eq!(files.real("loop/x"), "loop/x");
        assert_eq!(files.real("index.ts"), "index.ts");
        assert!(files.is_folder("node_modules") && files.is_folder("store/a@1") && files.is_folder(""));
        assert!(!files.is_folder("store/a") && !files.is_folder("nothing"));
    }
}
