//! Which zod a project's functions get: its own, where one is installed in another version than the built-in one.

use serde_json::Value;

use crate::file_names::{MANIFEST, NODE_MODULES};
use crate::source::ProjectSource;

/// The version of the built-in zod. A test compares it with what `js-sdk` bundles.
pub(super) const BUILT_IN_ZOD: &str = "4.3.6";

/// The zod of a project.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Zod {
    /// The built-in one. The project declares another version, or none.
    BuiltIn {
        /// The range in `package.json`, where one is declared and nothing is installed.
        declared: Option<String>,
    },
    /// The project's own.
    Installed {
        /// Its version.
        version: String,
    },
}

impl Zod {
    /// Looks for zod in a project.
    pub(crate) fn of(source: &ProjectSource) -> Self {
        let manifest = |path: &str| -> Option<Value> { serde_json::from_str(&source.read(path).ok()?).ok() };
        let text = |value: &Value| value.as_str().map(str::to_owned);
        let installed = manifest(&format!("{NODE_MODULES}/zod/{MANIFEST}"));
        match installed.and_then(|installed| text(installed.get("version")?)) {
            Some(version) if version != BUILT_IN_ZOD => Self::Installed { version },
            Some(_) => Self::BuiltIn { declared: None },
            None => {
                let own = manifest(MANIFEST).unwrap_or_default();
                let range = ["dependencies", "devDependencies", "peerDependencies"]
                    .iter()
                    .find_map(|kind| text(own.get(kind)?.get("zod")?));
                Self::BuiltIn { declared: range.filter(|range| range != BUILT_IN_ZOD) }
            }
        }
    }

    /// Whether the built-in zod is what this specifier means. All of zod 4 is in its root, and in `zod/v4` again.
    pub(crate) fn is_built_in(&self, specifier: &str) -> bool {
        matches!(self, Self::BuiltIn { .. }) && matches!(specifier, "zod" | "zod/v4")
    }

    /// What the project's author should know about it.
    pub(crate) fn note(&self) -> Option<String> {
        match self {
            Self::BuiltIn { declared: None } => None,
            Self::BuiltIn { declared: Some(range) } => Some(format!(
                "package.json declares zod {range}, which is not installed: functions get the built-in zod {BUILT_IN_ZOD}"
            )),
            Self::Installed { version } if version.starts_with("3.") => Some(format!(
                "zod {version} is installed: schemas of zod 3 are checked in the isolate alone, not by JSON Schema outside it"
            )),
            Self::Installed { .. } => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_installed_zod_of_another_version_wins() {
        let of = |files: &[(&str, &str)]| Zod::of(&ProjectSource::files(files.iter().copied()));
        let none = Zod::BuiltIn { declared: None };
        assert_eq!(of(&[]), none);
        let declares = ("package.json", r#"{"devDependencies": {"zod": "^4.1.0"}}"#);
        let declared = of(&[declares]);
        assert_eq!(declared, Zod::BuiltIn { declared: Some("^4.1.0".into()) });
        assert!(declared.note().is_some_and(|note| note.contains("^4.1.0") && note.contains(BUILT_IN_ZOD)));
        let same = format!("{{\"version\": \"{BUILT_IN_ZOD}\"}}");
        assert_eq!(of(&[declares, ("node_modules/zod/package.json", &same)]), none);
        let other = of(&[declares, ("node_modules/zod/package.json", r#"{"version": "3.25.76"}"#)]);
        assert_eq!(other, Zod::Installed { version: "3.25.76".into() });
        assert!(!other.is_built_in("zod") && none.is_built_in("zod") && !none.is_built_in("zod/mini"));
        assert!(other.note().is_some());
    }

    #[test]
    fn the_bundled_version_is_the_one_that_is_spoken_of() {
        let manifest = include_str!("../../../../js-sdk/package.json");
        let manifest: Value = serde_json::from_str(manifest).unwrap();
        assert_eq!(manifest["dependencies"]["zod"], BUILT_IN_ZOD);
    }
}
