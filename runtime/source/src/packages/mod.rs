//! Packages of npm, in the project's `node_modules`: which file an import means.
//!
//! The rules are Node's (`exports` and `imports` with their conditions, `main`, links), by a library that exists for
//! them. A function has little of Node and all of the web's globals, so where a package offers both, its build for
//! browsers and workers is taken, and the one for Node where there is no other.

mod file_system;
mod zod;

use std::cell::RefCell;
use std::collections::HashMap;
use std::path::Path;

use oxc_resolver::{FileSystem, ResolveError, ResolveOptions, ResolverGeneric};

use self::file_system::ProjectFileSystem;
pub(super) use self::zod::Zod;
use crate::file_names::{MANIFEST, NODE_MODULES};
use crate::imports::ImportKind;
use crate::source::ProjectSource;

/// The file that an import of a package means, or why there is none.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Found {
    /// The file at this path.
    File(String),
    /// The package says that it does without this module here: an empty one.
    Empty,
    /// There is no such package, or it has no such file; the resolver's words.
    Missing(String),
    /// The package is a link that leaves the project.
    Outside,
    /// The package asks for this file of the project, which is of no package.
    NotOfPackage(String),
}

/// The packages of one project.
pub(super) struct Packages<'a> {
    source: &'a ProjectSource,
    files: ProjectFileSystem,
    import: Resolver,
    require: Resolver,
    types: RefCell<HashMap<String, PackageType>>,
}

/// A resolver that prefers builds for the web, and one that takes those for Node as well.
struct Resolver {
    web: ResolverGeneric<ProjectFileSystem>,
    node: ResolverGeneric<ProjectFileSystem>,
}

/// `type` of a `package.json`: what its `.js` files are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum PackageType {
    /// `module`
    EsModule,
    /// `commonjs`, or nothing: a file's own text tells.
    Unsaid,
}

fn options(kind: &str, platform: &[&str]) -> ResolveOptions {
    let texts = |values: &[&str]| values.iter().map(|value| (*value).to_owned()).collect::<Vec<_>>();
    ResolveOptions {
        condition_names: [texts(platform), texts(&[kind, "default"])].concat(),
        alias_fields: vec![texts(&["browser"])],
        main_fields: texts(&["browser", "main", "module"]),
        extensions: texts(&[".js", ".cjs", ".mjs", ".json"]),
        symlinks: true,
        ..ResolveOptions::default()
    }
}

impl Resolver {
    fn new(files: &ResolverGeneric<ProjectFileSystem>, kind: &str) -> Self {
        let resolver = |platform: &[&str]| files.clone_with_options(options(kind, platform));
        Self { web: resolver(&["worker", "browser"]), node: resolver(&["node"]) }
    }

    fn resolve(&self, folder: &Path, specifier: &str) -> Found {
        let first = match self.web.resolve(folder, specifier) {
            Ok(resolution) => return found(resolution.path()),
            Err(ResolveError::Ignored(_)) => return Found::Empty,
            Err(error) => error,
        };
        match self.node.resolve(folder, specifier) {
            Ok(resolution) => found(resolution.path()),
            Err(_) => Found::Missing(first.to_string()),
        }
    }
}

fn found(path: &Path) -> Found {
    match path.strip_prefix("/").ok().and_then(Path::to_str) {
        Some(path) => Found::File(path.to_owned()),
        None => Found::Missing("its path is not UTF-8".to_owned()),
    }
}

impl<'a> Packages<'a> {
    pub(super) fn new(source: &'a ProjectSource) -> Self {
        let own = ProjectFileSystem::of(source.raw_files().clone());
        let files = ResolverGeneric::new_with_file_system(own.clone(), ResolveOptions::default());
        Self {
            source,
            files: own,
            import: Resolver::new(&files, "import"),
            require: Resolver::new(&files, "require"),
            types: RefCell::default(),
        }
    }

    /// The file that `specifier` means in the file `importer`.
    pub(super) fn resolve(&self, importer: &str, specifier: &str, kind: ImportKind) -> Found {
        let file = Path::new("/").join(importer);
        let folder = file.parent().unwrap_or(Path::new("/"));
        let resolver = match kind {
            ImportKind::Require => &self.require,
            ImportKind::Static | ImportKind::SideEffect | ImportKind::Dynamic => &self.import,
        };
        match resolver.resolve(folder, specifier) {
            Found::Missing(_) if self.leaves(package_of(specifier)) => Found::Outside,
            Found::File(path) if !self.may_read(importer, specifier, &path) => Found::NotOfPackage(path),
            found => found,
        }
    }

    /// Whether this file may be what an import means. Packages read files of packages: whatever else lies in the project
    /// is its author's, credentials included, and no `main`, `exports` or link of a package leads there.
    fn may_read(&self, importer: &str, specifier: &str, path: &str) -> bool {
        if is_of_package(path) {
            return true;
        }
        let is_own = !is_of_package(importer);
        // `#name` of the project's own manifest, and a project that imports itself by its name.
        if is_own && (specifier.starts_with('#') || self.is_project(package_of(specifier))) {
            return true;
        }
        self.linked_folders(importer, specifier).any(|folder| is_inside(path, &folder))
    }

    /// The folders that `node_modules` has for a package as links: a workspace's package lies where it is written.
    fn linked_folders(&self, importer: &str, specifier: &str) -> impl Iterator<Item = String> {
        let is_path = specifier.starts_with(['.', '/', '#']);
        let package = package_of(specifier);
        let folders = Path::new(importer).ancestors().skip(1).filter(move |_| !is_path);
        folders.filter_map(move |folder| {
            let link = Path::new("/").join(folder).join(NODE_MODULES).join(package);
            let real = self.files.canonicalize(&link).ok()?;
            real.strip_prefix("/").ok()?.to_str().map(str::to_owned)
        })
    }

    /// Whether the project itself has this name.
    fn is_project(&self, name: &str) -> bool {
        let manifest = self.source.read(MANIFEST).ok();
        let manifest = manifest.and_then(|text| serde_json::from_str::<serde_json::Value>(&text).ok());
        manifest.is_some_and(|manifest| manifest["name"].as_str() == Some(name))
    }

    /// Whether the project's folder of packages has this one as a link that leaves the project.
    fn leaves(&self, package: &str) -> bool {
        self.source.leaves(&format!("{NODE_MODULES}/{package}"))
    }

    /// What the nearest `package.json` says that the `.js` files of its package are.
    pub(super) fn package_type(&self, path: &str) -> PackageType {
        let Some((folder, _)) = path.rsplit_once('/') else { return self.type_of("") };
        if folder.ends_with(NODE_MODULES) { PackageType::Unsaid } else { self.type_of(folder) }
    }

    fn type_of(&self, folder: &str) -> PackageType {
        if let Some(known) = self.types.borrow().get(folder) {
            return *known;
        }
        let manifest = if folder.is_empty() { MANIFEST.to_owned() } else { format!("{folder}/{MANIFEST}") };
        let found = match self.source.read(&manifest) {
            Ok(text) => declared_type(&text),
            // No manifest here: the folder above decides, unless that is the one of all packages.
            Err(_) if folder.is_empty() => PackageType::Unsaid,
            Err(_) => self.package_type(folder),
        };
        self.types.borrow_mut().insert(folder.to_owned(), found);
        found
    }
}

/// Whether a path is inside of a folder that is not the whole project.
fn is_inside(path: &str, folder: &str) -> bool {
    !folder.is_empty() && path.strip_prefix(folder).is_some_and(|rest| rest.starts_with('/'))
}

fn declared_type(manifest: &str) -> PackageType {
    let manifest: serde_json::Value = serde_json::from_str(manifest).unwrap_or_default();
    match manifest.get("type").and_then(serde_json::Value::as_str) {
        Some("module") => PackageType::EsModule,
        _ => PackageType::Unsaid,
    }
}

/// The package of an import: `@scope/name/file` is of `@scope/name`.
pub(super) fn package_of(specifier: &str) -> &str {
    let slashes = if specifier.starts_with('@') { 2 } else { 1 };
    let end = specifier.match_indices('/').nth(slashes - 1).map_or(specifier.len(), |(index, _)| index);
    specifier.get(..end).unwrap_or(specifier)
}

/// Whether a file belongs to a package and not to the project itself.
#[must_use]
pub fn is_of_package(path: &str) -> bool {
    path.split('/').any(|part| part == NODE_MODULES)
}

/// Whether Node has a module of this name, with or without `node:`.
pub(super) fn is_of_node(specifier: &str) -> bool {
    let name = specifier.strip_prefix("node:").unwrap_or(specifier);
    specifier.starts_with("node:") || nodejs_built_in_modules::is_nodejs_builtin_module(name)
}

#[cfg(test)]
mod tests;
