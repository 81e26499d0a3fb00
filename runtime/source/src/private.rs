//! Files that are nobody's module: what people and programs keep their secrets in lies beside the functions.

use std::path::Path;

use crate::file_names::NODE_MODULES;

/// Endings of files that hold keys, passwords or a database.
const ENDINGS: [&str; 16] = [
    "pem", "key", "p12", "pfx", "p8", "jks", "keystore", "kdbx", "gpg", "asc", "ppk", "sqlite", "sqlite3",
    "db", "tfstate", "tfvars",
];

/// Names without ending of files that hold credentials.
const NAMES: [&str; 4] = ["id_rsa", "id_ecdsa", "id_ed25519", "id_dsa"];

/// Endings of code. A package may call its own code `.wrapper.mjs`.
const CODE: [&str; 3] = ["js", "cjs", "mjs"];

/// Whether the file at this path of the project is nobody's module: a dot file, or one in a dot folder; one that looks like
/// credentials.
pub(crate) fn is_private(path: &str) -> bool {
    let mut parts: Vec<&str> = path.split('/').filter(|part| !matches!(*part, "." | "..")).collect();
    let Some(name) = parts.pop().map(str::to_lowercase) else { return false };
    let ending = Path::new(&name).extension().and_then(|ending| ending.to_str()).unwrap_or_default();
    let stem = name.split('.').next().unwrap_or_default();
    // Stores such as `node_modules/.pnpm` are folders of packages.
    let own_folders = parts.iter().take_while(|part| **part != NODE_MODULES);
    let is_of_package = parts.contains(&NODE_MODULES);
    let is_dot_file =
        name.starts_with('.') && (!is_of_package || name.starts_with(".env") || !CODE.contains(&ending));
    is_dot_file
        || own_folders.into_iter().any(|part| part.starts_with('.'))
        || ENDINGS.contains(&ending)
        || NAMES.contains(&name.as_str())
        || (ending == "json"
            && matches!(stem, "credentials" | "secrets" | "service-account" | "client_secret"))
}

/// Whether the text of the file at this path may be shown around an error.
pub(crate) fn is_source(path: &str) -> bool {
    let ending = Path::new(path).extension().and_then(|ending| ending.to_str());
    !is_private(path) && matches!(ending, Some("ts" | "mts" | "js" | "cjs" | "mjs"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dot_files_keys_and_databases_are_private() {
        for path in [
            ".env",
            ".env.production",
            "acme/.env.js",
            ".onevent/onevent.sqlite3",
            ".onevent/x.json",
            ".git/config",
            ".npmrc",
            "keys/server.PEM",
            "server.key",
            "store.p12",
            "id_rsa",
            "data.sqlite3",
            "credentials.json",
            "acme/client_secret.apps.json",
            "node_modules/evil/.env",
            "node_modules/evil/.env.js",
            "node_modules/evil/.npmrc",
            "./../.env",
        ] {
            assert!(is_private(path), "{path}");
        }
    }

    #[test]
    fn code_and_data_are_not() {
        for path in [
            "acme/on-events/check.ts",
            "acme/lib/credentials.ts",
            "acme/keys.ts",
            "acme/data.json",
            "./acme/../lib/x.ts",
            "node_modules/.pnpm/a@1.0.0/node_modules/a/index.js",
            "node_modules/mongodb/.esm-wrapper.mjs",
            "node_modules/key/index.js",
        ] {
            assert!(!is_private(path), "{path}");
        }
    }

    #[test]
    fn only_source_is_shown() {
        assert!(is_source("acme/on-events/check.ts") && is_source("node_modules/a/index.js"));
        for path in ["acme.json", "node_modules/a/LICENSE", "notes.txt", ".env.ts"] {
            assert!(!is_source(path), "{path}");
        }
    }
}
