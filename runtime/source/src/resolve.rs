//! Which module an import means.

use onevent_contract::ImportTarget;
use onevent_contract::specifier::built_in;

use crate::advice;
use crate::error::{LoadError, LoadErrorCode};
use crate::imports::{Import, ImportKind};
use crate::packages::{Found, PackageType, Packages, Zod, is_of_node, is_of_package, package_of};
use crate::private;
use crate::source::ProjectSource;

/// The module that stands for one which a package does without here.
pub(crate) const EMPTY: &str = "node_modules/.empty.cjs";

const ALLOWED: &str = "functions can import `nango`, `zod`, `buffer`, `crypto`, `url`, packages in the project's \
                       node_modules, and files of the project by a relative path";

/// Finds what imports mean.
pub(crate) struct ImportResolver<'a> {
    source: &'a ProjectSource,
    packages: Packages<'a>,
    zod: &'a Zod,
}

impl<'a> ImportResolver<'a> {
    pub(crate) fn new(source: &'a ProjectSource, zod: &'a Zod) -> Self {
        Self { source, packages: Packages::new(source), zod }
    }

    /// What the manifests above a file say of it.
    pub(crate) fn package_type(&self, path: &str) -> PackageType {
        self.packages.package_type(path)
    }

    /// What an import means. `None`: nothing, which is an error only when the code gets there.
    pub(crate) fn target(&self, importer: &str, import: &Import) -> Result<Option<ImportTarget>, LoadError> {
        match self.resolve(importer, import) {
            Ok(target) => Ok(Some(target)),
            Err(_) if import.kind == ImportKind::Require => Ok(None),
            Err(_) if import.kind == ImportKind::Dynamic && is_of_package(importer) => Ok(None),
            Err(error) => Err(error),
        }
    }

    fn resolve(&self, importer: &str, import: &Import) -> Result<ImportTarget, LoadError> {
        let specifier = import.specifier.as_str();
        let of_package = is_of_package(importer);
        if is_relative(specifier) && !of_package {
            return resolve_relative(self.source, importer, import).map(ImportTarget::Module);
        }
        // A package has its own zod, in the version that it was made for.
        if self.zod.is_built_in(specifier) && !of_package {
            return Ok(ImportTarget::BuiltIn("zod".to_owned()));
        }
        if specifier != "zod" && built_in(specifier).is_some() {
            return Ok(ImportTarget::BuiltIn(specifier.to_owned()));
        }
        if specifier.starts_with('/') || specifier.contains(':') {
            return Err(not_allowed(import));
        }
        match self.packages.resolve(importer, specifier, import.kind) {
            Found::File(path) | Found::NotOfPackage(path) if private::is_private(&path) => {
                Err(LoadError::private(specifier).at(import.position.clone()))
            }
            Found::NotOfPackage(path) => Err(not_of_package(import, &path)),
            Found::File(path) if path.ends_with(".node") => Err(native_addon(import, &path)),
            Found::File(path) => Ok(ImportTarget::Module(path)),
            Found::Empty => Ok(ImportTarget::Module(EMPTY.to_owned())),
            Found::Outside => Err(outside(import)),
            Found::Missing(_) if matches!(specifier, "zod" | "zod/v4") => {
                Ok(ImportTarget::BuiltIn("zod".to_owned()))
            }
            Found::Missing(_) if is_of_node(specifier) => Err(not_allowed(import)),
            Found::Missing(why) => Err(self.missing(import, &why)),
        }
    }

    fn missing(&self, import: &Import, why: &str) -> LoadError {
        let specifier = &import.specifier;
        let message = format!("there is no module for the import of `{specifier}`: {why}");
        let hint = if is_relative(specifier) || specifier.starts_with('#') {
            ALLOWED.to_owned()
        } else {
            advice::for_missing(self.source, specifier)
        };
        LoadError::new(LoadErrorCode::ModuleNotFound, message).hint(hint).at(import.position.clone())
    }
}

/// Where a project's own file is meant; [`ALLOWED`] where it is none.
pub(crate) fn resolve_relative(
    source: &ProjectSource,
    importer: &str,
    import: &Import,
) -> Result<String, LoadError> {
    let specifier = &import.specifier;
    if !is_relative(specifier) {
        return Err(not_allowed(import));
    }
    match source.resolve(importer, specifier) {
        Ok(Some(path)) => Ok(path),
        Ok(None) => {
            let message = format!("there is no file for the import of `{specifier}`");
            let hint = "tried the path itself, with .ts and .js, and as a folder with index.ts";
            Err(LoadError::new(LoadErrorCode::ModuleNotFound, message).hint(hint).at(import.position.clone()))
        }
        Err(error) if error.hint.is_some() => Err(error.at(import.position.clone())),
        Err(error) => Err(error.hint(ALLOWED).at(import.position.clone())),
    }
}

fn is_relative(specifier: &str) -> bool {
    matches!(specifier, "." | "..") || specifier.starts_with("./") || specifier.starts_with("../")
}

fn not_allowed(import: &Import) -> LoadError {
    let message = format!("the import of `{}` is not allowed", import.specifier);
    LoadError::new(LoadErrorCode::DisallowedImport, message).hint(ALLOWED).at(import.position.clone())
}

fn native_addon(import: &Import, path: &str) -> LoadError {
    let message = format!("the import of `{}` is not allowed: {path} is a native addon", import.specifier);
    LoadError::new(LoadErrorCode::DisallowedImport, message)
        .hint("packages must be pure JavaScript")
        .at(import.position.clone())
}

fn not_of_package(import: &Import, path: &str) -> LoadError {
    let message = format!("the import of `{}` is not allowed: {path} is of no package", import.specifier);
    LoadError::new(LoadErrorCode::DisallowedImport, message)
        .hint("a package reads files of packages; what else lies in the project is its author's")
        .at(import.position.clone())
}

fn outside(import: &Import) -> LoadError {
    let package = package_of(&import.specifier);
    let message = format!("the package `{package}` is a link that leads out of the project");
    LoadError::new(LoadErrorCode::OutsideProject, message)
        .hint("copy the package into the project, or install it there")
        .at(import.position.clone())
}
