//! What to do about an import of a package that is not there: it may be none.

use serde_json::Value;

use crate::file_names::{MANIFEST, NODE_MODULES};
use crate::packages::package_of;
use crate::source::ProjectSource;

/// What an import that no package answers was meant as.
enum Meant {
    /// A path of the project behind another name.
    Alias,
    /// A package that a folder around the project has.
    OfParent(String),
    /// A package that is not installed.
    Package,
}

/// The advice for an import of `specifier`.
pub(crate) fn for_missing(source: &ProjectSource, specifier: &str) -> String {
    let package = package_of(specifier);
    match meant(source, specifier) {
        Meant::Alias => format!(
            "`{specifier}` looks like a path alias, such as `paths` of a tsconfig.json declares them; neither Nango nor \
             onevent reads those: import the file by a relative path, `../lib/x`"
        ),
        Meant::OfParent(path) => format!(
            "{path} is there, and is not read: nothing outside of the project is; \
             install it in the project: `npm install {package}`"
        ),
        Meant::Package => format!("install it in the project: `npm install {package}`"),
    }
}

fn meant(source: &ProjectSource, specifier: &str) -> Meant {
    let package = package_of(specifier);
    if declares(source, package) {
        return parent_or_package(source, package);
    }
    if is_no_package(package)
        || is_declared_alias(source, specifier)
        || is_file_behind_alias(source, specifier)
    {
        return Meant::Alias;
    }
    parent_or_package(source, package)
}

fn parent_or_package(source: &ProjectSource, package: &str) -> Meant {
    match source.in_parent(&format!("{NODE_MODULES}/{package}")) {
        Some(path) => Meant::OfParent(path),
        None => Meant::Package,
    }
}

/// Whether the project's manifest says that it needs this package.
fn declares(source: &ProjectSource, package: &str) -> bool {
    let manifest = source.read(MANIFEST).ok().and_then(|text| serde_json::from_str::<Value>(&text).ok());
    let kinds = ["dependencies", "devDependencies", "peerDependencies", "optionalDependencies"];
    manifest.is_some_and(|manifest| kinds.iter().any(|kind| manifest[*kind].get(package).is_some()))
}

/// Whether npm lets nobody call a package so: `@/lib`, `~/lib`, `$lib`.
fn is_no_package(package: &str) -> bool {
    let name = package.strip_prefix('@').and_then(|scoped| scoped.split_once('/'));
    let parts = name.map_or([package, package], |(scope, name)| [scope, name]);
    let is_plain = |part: &str| {
        part.starts_with(|first: char| first.is_ascii_alphanumeric())
            && !part.contains(|c: char| !(c.is_ascii_alphanumeric() || "-._".contains(c)))
    };
    (package.starts_with('@') && name.is_none()) || !parts.into_iter().all(is_plain)
}

/// Whether `paths` of the project's tsconfig.json has it. That file may have comments, so its keys are looked for as texts.
fn is_declared_alias(source: &ProjectSource, specifier: &str) -> bool {
    let Ok(config) = source.read("tsconfig.json") else { return false };
    let Some((_, paths)) = config.split_once("\"paths\"") else { return false };
    let inside = paths.split('}').next().unwrap_or_default();
    inside.split('"').skip(1).step_by(2).any(|key| match key.split_once('*') {
        Some((before, after)) if !before.is_empty() => {
            specifier.starts_with(before) && specifier.ends_with(after)
        }
        _ => key == specifier,
    })
}

/// Whether what stands behind the first `/` is a file of the project: `@app/lib/x` of `lib/x.ts`.
fn is_file_behind_alias(source: &ProjectSource, specifier: &str) -> bool {
    let Some((_, rest)) = specifier.split_once('/') else { return false };
    ["", "src/"].iter().any(|folder| {
        let path = format!("{folder}{rest}");
        [".ts", ".js", "/index.ts", ""].iter().any(|ending| source.has(&format!("{path}{ending}")))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn advice(files: &[(&str, &str)], specifier: &str) -> String {
        for_missing(&ProjectSource::files(files.iter().copied()), specifier)
    }

    #[test]
    fn an_alias_is_not_to_be_installed() {
        let config = r#"{ /* own */ "compilerOptions": { "paths": { "lib/*": ["./lib/*"], "models": ["./models"] } } }"#;
        let files = [("lib/x.ts", ""), ("src/y.ts", ""), ("tsconfig.json", config)];
        for specifier in ["@/lib/x", "~/lib/x", "$lib/x", "@app/lib/x", "app/y", "lib/anything", "models"] {
            let advice = advice(&files, specifier);
            assert!(advice.contains("path alias") && !advice.contains("npm"), "{specifier}: {advice}");
        }
    }

    #[test]
    fn a_package_is() {
        let manifest = r#"{"dependencies": {"@app/lib": "^1.0.0"}}"#;
        let files = [("lib/x.ts", ""), ("package.json", manifest)];
        for (specifier, package) in [
            ("lodash", "lodash"),
            ("@scope/name/file.js", "@scope/name"),
            ("@app/lib/x", "@app/lib"),
            ("left-pad.js", "left-pad.js"),
        ] {
            let expected = format!("install it in the project: `npm install {package}`");
            assert_eq!(advice(&files, specifier), expected);
        }
    }

    #[test]
    fn a_package_of_a_folder_around_the_project_is_named() {
        let root = tempfile::tempdir().unwrap();
        std::fs::create_dir_all(root.path().join("node_modules/dayjs")).unwrap();
        std::fs::create_dir_all(root.path().join("apps/nango")).unwrap();
        let source = ProjectSource::directory(root.path().join("apps/nango"));
        let advice = for_missing(&source, "dayjs/plugin/utc");
        assert!(advice.starts_with("../../node_modules/dayjs is there, and is not read"), "{advice}");
    }
}
