//! Where a project's files come from, and the wall around them.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;

use crate::error::LoadError;
use crate::file_names::INDEX;
use crate::folder::{ProjectFolder, outside, too_large, unreadable};
use crate::folder_reading::{FolderReading, ProjectFiles};
use crate::limits::MAX_FILE_BYTES;
use crate::private;

/// Endings that an import without one may stand for, in this order. `.js` may also stand for `.ts`.
const ENDINGS: [&str; 2] = [".ts", ".js"];
/// Endings that an import may name itself.
const NAMED_ENDINGS: [&str; 6] = [".ts", ".js", ".mjs", ".cjs", ".mts", ".json"];

/// A project's files: Nango's folder, with `index.ts` at its root.
#[derive(Debug, Clone)]
pub struct ProjectSource {
    files: Files,
    /// Instead of the text of `index.ts`.
    index: Option<Arc<str>>,
    /// Files that a bundler made, by their paths.
    bundled: Arc<BTreeMap<String, Bundled>>,
}

/// What is known about a file that a bundler made.
#[derive(Debug)]
pub(crate) struct Bundled {
    /// The path of the file that its author wrote.
    pub(crate) written: String,
    /// The map from the bundle to the author's files.
    pub(crate) source_map: Option<Arc<[u8]>>,
}

/// The files alone, without what stands in for one of them.
#[derive(Debug, Clone)]
pub(crate) enum Files {
    Directory(ProjectFolder),
    Memory(Arc<ProjectFiles>),
}

impl ProjectSource {
    /// The folder at `path`. Nothing outside of it is read, through links neither.
    #[must_use]
    pub fn directory(path: impl Into<PathBuf>) -> Self {
        Self::of(Files::Directory(ProjectFolder::new(path)))
    }

    /// The same folder, and what is read of it from now on: loading the project notes what another machine needs to load
    /// it. Files in memory are not noted.
    #[must_use]
    pub fn noted(mut self) -> (Self, FolderReading) {
        let reading = FolderReading::default();
        if let Files::Directory(folder) = &mut self.files {
            folder.note_into(reading.clone());
        }
        (self, reading)
    }

    /// The same files, for one reading of the project: what the way to a file leads through is looked at once.
    pub(crate) fn at_once(&self) -> Self {
        let files = match &self.files {
            Files::Directory(folder) => Files::Directory(folder.at_once()),
            Files::Memory(files) => Files::Memory(Arc::clone(files)),
        };
        Self { files, ..self.clone() }
    }

    /// Files in memory: paths with `/`, relative to the project's root, and their texts.
    ///
    /// ```
    /// use onevent_source::ProjectSource;
    /// let source = ProjectSource::files([("index.ts", "import './acme/on-events/check';")]);
    /// # let _ = source;
    /// ```
    #[must_use]
    pub fn files<P: Into<String>, T: Into<Arc<str>>>(files: impl IntoIterator<Item = (P, T)>) -> Self {
        let files = files.into_iter().map(|(path, text)| (path.into(), text.into())).collect();
        ProjectFiles { files, links: BTreeMap::new() }.into()
    }

    fn of(files: Files) -> Self {
        Self { files, index: None, bundled: Arc::default() }
    }

    /// The same files, with the functions at these paths (`salesforce/on-events/setup.ts`) instead of those that
    /// `index.ts` lists. The project needs no `index.ts` then.
    #[must_use]
    pub fn with_functions<'a>(mut self, paths: impl IntoIterator<Item = &'a str>) -> Self {
        let import = |path: &str| format!("import {};\n", serde_json::Value::from(format!("./{path}")));
        self.index = Some(paths.into_iter().map(import).collect::<String>().into());
        self
    }

    /// The same files, of which a bundler made some.
    pub(crate) fn with_bundled(self, bundled: BTreeMap<String, Bundled>) -> Self {
        Self { bundled: Arc::new(bundled), ..self }
    }

    /// What is known about the file at `path`, where a bundler made it.
    pub(crate) fn bundled(&self, path: &str) -> Option<&Bundled> {
        self.bundled.get(path)
    }

    /// Reads a file of the project.
    ///
    /// # Errors
    /// There is none at `path`, it lies outside, or it is too large.
    pub fn read(&self, path: &str) -> Result<Arc<str>, LoadError> {
        if let Some(index) = self.index.as_ref().filter(|_| path == INDEX) {
            return Ok(Arc::clone(index));
        }
        self.files.read(path)
    }

    /// The files, without what [`with_functions`](Self::with_functions) put in front of them.
    pub(crate) fn raw_files(&self) -> &Files {
        &self.files
    }

    /// Whether the project has a file at exactly this path.
    pub(crate) fn has(&self, path: &str) -> bool {
        self.is_file(path).unwrap_or(false)
    }

    /// How to get from the project to the nearest folder around it that has `path`; `None` where none has.
    pub(crate) fn in_parent(&self, path: &str) -> Option<String> {
        match &self.files {
            Files::Memory(_) => None,
            Files::Directory(folder) => folder.in_parent(path),
        }
    }

    /// Whether there is something at `path` that is a link out of the project.
    pub(crate) fn leaves(&self, path: &str) -> bool {
        match &self.files {
            Files::Memory(_) => false,
            Files::Directory(folder) => folder.leaves(path),
        }
    }

    /// The file that a relative import means; `None` when there is none.
    ///
    /// # Errors
    /// When the path leaves the project, by its text or through a link.
    pub fn resolve(&self, importer: &str, specifier: &str) -> Result<Option<String>, LoadError> {
        let joined = join(importer, specifier).ok_or_else(|| outside(specifier))?;
        if private::is_private(&joined) {
            return Err(LoadError::private(specifier));
        }
        for candidate in candidates(&joined) {
            if self.is_file(&candidate)? {
                return Ok(Some(candidate));
            }
        }
        Ok(None)
    }

    fn is_file(&self, path: &str) -> Result<bool, LoadError> {
        match &self.files {
            Files::Memory(files) => Ok(files.files.contains_key(&files.real(path))),
            Files::Directory(folder) => folder.is_file(path),
        }
    }
}

impl From<ProjectFiles> for ProjectSource {
    fn from(files: ProjectFiles) -> Self {
        Self::of(Files::Memory(Arc::new(files)))
    }
}

impl Files {
    /// The text of a file, without a byte order mark.
    pub(crate) fn read(&self, path: &str) -> Result<Arc<str>, LoadError> {
        if private::is_private(path) {
            return Err(LoadError::private(path));
        }
        let text = match self {
            Self::Memory(files) => {
                let real = files.real(path);
                if private::is_private(&real) {
                    return Err(LoadError::private(path));
                }
                let text = files.files.get(&real).ok_or_else(|| unreadable(path, "there is no such file"))?;
                if text.len() as u64 > MAX_FILE_BYTES {
                    return Err(too_large(path, Some(text.len())));
                }
                Arc::clone(text)
            }
            Self::Directory(folder) => folder.read(path)?,
        };
        Ok(text.strip_prefix('\u{feff}').map_or_else(|| Arc::clone(&text), Arc::from))
    }
}

/// The path that `specifier` means beside the file `importer`; `None` when it climbs out of the project.
pub(crate) fn join(importer: &str, specifier: &str) -> Option<String> {
    let mut parts: Vec<&str> = importer.split('/').collect();
    parts.pop();
    for part in specifier.split('/') {
        match part {
            "" | "." => {}
            ".." => {
                parts.pop()?;
            }
            name => parts.push(name),
        }
    }
    Some(parts.join("/"))
}

fn candidates(path: &str) -> Vec<String> {
    let mut found = Vec::new();
    if let Some(stem) = path.strip_suffix(".js") {
        // TypeScript's own rule: an import of `x.js` means the source `x.ts`.
        found.push(format!("{stem}.ts"));
    }
    if NAMED_ENDINGS.iter().any(|ending| path.ends_with(ending)) {
        found.push(path.to_owned());
    }
    found.extend(ENDINGS.iter().map(|ending| format!("{path}{ending}")));
    found.extend(ENDINGS.iter().map(|ending| format!("{path}/index{ending}")));
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn imports_resolve_beside_their_importer_and_never_above_the_root() {
        assert_eq!(join("a/on-events/x.ts", "../../shared/y"), Some("shared/y".into()));
        assert_eq!(join("a/on-events/x.ts", "../../../etc/passwd"), None);
        assert_eq!(join("index.ts", "./a/../../b"), None);
    }

    #[test]
    fn endings_may_be_left_out_and_js_means_ts() {
        let source = ProjectSource::files([("a/x.ts", ""), ("a/y.js", ""), ("a/z/index.ts", "")]);
        let resolve = |specifier| source.resolve("a/main.ts", specifier).unwrap();
        assert_eq!(resolve("./x"), Some("a/x.ts".into()));
        assert_eq!(resolve("./x.js"), Some("a/x.ts".into()));
        assert_eq!(resolve("./x.ts"), Some("a/x.ts".into()));
        assert_eq!(resolve("./y.js"), Some("a/y.js".into()));
        assert_eq!(resolve("./z"), Some("a/z/index.ts".into()));
        assert_eq!(resolve("./nothing"), None);
    }

    #[test]
    fn named_functions_take_the_place_of_the_index() {
        let source = ProjectSource::files([("a/on-events/x.ts", "")]).with_functions(["a/on-events/x.ts"]);
        assert_eq!(source.read(INDEX).unwrap().as_ref(), "import \"./a/on-events/x.ts\";\n");
        assert_eq!(source.read("a/on-events/x.ts").unwrap().as_ref(), "");
    }
}
