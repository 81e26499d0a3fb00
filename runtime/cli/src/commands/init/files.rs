//! The files of a new project, made of the templates beside this file.

use super::origin::ProviderOrigin;
use crate::args::NewIntegration;
use crate::commands::types::DECLARATIONS;

/// A file that is to be written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct NewFile {
    /// Its path in the project, with `/`.
    pub(super) path: String,
    /// What it holds.
    pub(super) text: String,
}

/// A template: where it goes, and what it says. In both, names in double braces are replaced.
type Template = (&'static str, &'static str);

/// What every project has.
const COMMON: [Template; 5] = [
    ("tsconfig.json", include_str!("templates/tsconfig.json")),
    ("package.json", include_str!("templates/package.json")),
    (".gitignore", include_str!("templates/gitignore")),
    (".vscode/launch.json", include_str!("templates/launch.json")),
    ("nango.d.ts", DECLARATIONS),
];

/// What one has that plays with the mock provider.
const MOCK: [Template; 12] = [
    ("index.ts", include_str!("templates/mock/index.ts")),
    ("onevent.toml", include_str!("templates/mock/onevent.toml")),
    ("providers.yaml", include_str!("templates/mock/providers.yaml")),
    ("credentials.json", include_str!("templates/mock/credentials.json")),
    ("{{integration}}/metadata.ts", include_str!("templates/mock/metadata.ts")),
    (
        "{{integration}}/on-events/validate-connection.ts",
        include_str!("templates/mock/on-events/validate-connection.ts"),
    ),
    (
        "{{integration}}/on-events/register-webhook.ts",
        include_str!("templates/mock/on-events/register-webhook.ts"),
    ),
    (
        "{{integration}}/on-events/remove-webhook.ts",
        include_str!("templates/mock/on-events/remove-webhook.ts"),
    ),
    (
        "{{integration}}/tests/validate-connection.test.json",
        include_str!("templates/mock/tests/validate-connection.test.json"),
    ),
    (
        "{{integration}}/tests/validate-connection.other.test.json",
        include_str!("templates/mock/tests/validate-connection.other.test.json"),
    ),
    (
        "{{integration}}/tests/register-webhook.test.json",
        include_str!("templates/mock/tests/register-webhook.test.json"),
    ),
    (
        "{{integration}}/tests/remove-webhook.test.json",
        include_str!("templates/mock/tests/remove-webhook.test.json"),
    ),
];

/// What one has that is for a provider that onevent knows.
const PROVIDER: [Template; 5] = [
    ("index.ts", include_str!("templates/provider/index.ts")),
    ("onevent.toml", include_str!("templates/provider/onevent.toml")),
    (
        "{{integration}}/on-events/validate-connection.ts",
        include_str!("templates/provider/on-events/validate-connection.ts"),
    ),
    (
        "{{integration}}/tests/validate-connection.test.json",
        include_str!("templates/provider/tests/validate-connection.test.json"),
    ),
    (
        "{{integration}}/tests/validate-connection.no-account.test.json",
        include_str!("templates/provider/tests/validate-connection.no-account.test.json"),
    ),
];

/// All files, those that a person looks at first in front.
pub(super) fn files(integration: &NewIntegration, origin: &ProviderOrigin) -> Vec<NewFile> {
    let (own, values): (&[Template], Vec<(&str, String)>) = match origin {
        ProviderOrigin::Mock { address } => {
            (&MOCK, vec![("{{address}}", address.to_string()), ("{{ip}}", address.ip().to_string())])
        }
        ProviderOrigin::Template { name, endpoint, .. } => {
            (&PROVIDER, vec![("{{provider}}", name.clone()), ("{{endpoint}}", endpoint.path().to_owned())])
        }
    };
    let filled = |text: &str| {
        let text = text.replace("{{integration}}", integration.as_str());
        values.iter().fold(text, |text, (name, value)| text.replace(name, value))
    };
    let own = own.iter().map(|(path, text)| NewFile { path: filled(path), text: filled(text) });
    // These have no names to be replaced, and one of them is long.
    let common = COMMON.iter().map(|(path, text)| NewFile { path: (*path).into(), text: (*text).into() });
    own.chain(common).collect()
}

#[cfg(test)]
mod tests {
    use onevent_proxy::Providers;

    use super::*;
    use crate::args::MOCK_ADDRESS;

    #[test]
    fn nothing_is_left_to_be_replaced() {
        let providers = Providers::builtin().unwrap();
        for name in ["acme", "salesforce", "linear"] {
            let integration: NewIntegration = name.parse().unwrap();
            let origin = ProviderOrigin::of(&integration, &providers, MOCK_ADDRESS);
            let files = files(&integration, &origin);
            for NewFile { path, text } in &files {
                assert!(!path.contains("{{") && !text.contains("{{"), "{path}: {text}");
            }
            let functions = origin.functions().map(|function| format!("{name}/on-events/{function}.ts"));
            for function in functions {
                assert!(files.iter().any(|file| file.path == function), "{function}");
            }
        }
    }
}
