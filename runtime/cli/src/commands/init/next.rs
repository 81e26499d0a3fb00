//! What to type next.

use std::path::Path;

use onevent_contract::AuthMode;
use onevent_proxy::Provider;
use serde_json::Value;

use super::origin::ProviderOrigin;
use crate::args::{MOCK_ADDRESS, NewIntegration};

/// The connection that the commands make.
const CONNECTION: &str = "first-customer";

/// What to type next, in parts.
#[derive(Debug)]
pub(super) struct Next {
    pub(super) parts: Vec<Part>,
}

/// Commands that are typed together.
#[derive(Debug)]
pub(super) struct Part {
    pub(super) title: String,
    pub(super) commands: Vec<String>,
    works: Works,
}

/// When the commands of a part work.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Works {
    /// As they are.
    AtOnce,
    /// Once somebody has put in what only that person knows.
    WithAnAccount,
}

impl Next {
    /// The commands that work as they are.
    pub(super) fn commands(&self) -> Vec<&str> {
        let parts = self.parts.iter().filter(|part| part.works == Works::AtOnce);
        parts.flat_map(|part| &part.commands).map(String::as_str).collect()
    }
}

/// What to type next, from where `init` was.
pub(super) fn next(integration: &NewIntegration, origin: &ProviderOrigin, folder: Option<&Path>) -> Next {
    let create =
        format!("onevent connection create {integration} {CONNECTION} --credentials @credentials.json");
    let mut first = Vec::new();
    if let Some(folder) = folder {
        first.push(format!("cd {}", quoted(&folder.display().to_string())));
    }
    first.extend(["onevent functions".to_owned(), "onevent test".to_owned()]);
    let first = Part { title: "Next, without a network:".to_owned(), commands: first, works: Works::AtOnce };
    let parts = match origin {
        ProviderOrigin::Mock { address } => {
            let mut mock = "onevent mock-provider".to_owned();
            if *address != MOCK_ADDRESS {
                mock.push_str(&format!(" --listen {address}"));
            }
            let play = vec![
                create,
                format!("onevent dryrun validate-connection {CONNECTION}"),
                format!("onevent runs list --connection {CONNECTION}"),
                format!("onevent connection delete {integration} {CONNECTION}"),
            ];
            let at_once =
                |title: &str, commands| Part { title: title.to_owned(), commands, works: Works::AtOnce };
            vec![
                first,
                at_once("In another terminal, a provider to play with:", vec![mock]),
                at_once("Then:", play),
            ]
        }
        ProviderOrigin::Template { name, provider, .. } => {
            let settings = settings(provider);
            let settings = settings.iter().map(|name| format!(" --connection-config {name}=…"));
            let create = format!("{create}{}", settings.collect::<String>());
            let name = provider.display_name.as_deref().unwrap_or(name);
            let title = format!("With an account at {name}, and in credentials.json\n{}:", form(provider));
            vec![first, Part { title, commands: vec![create], works: Works::WithAnAccount }]
        }
    };
    Next { parts }
}

/// The settings that a connection has to have.
fn settings(provider: &Provider) -> Vec<&str> {
    let needed = |field: &Value| field.get("optional").and_then(Value::as_bool) != Some(true);
    let fields = provider.connection_config.iter().filter(|(_, field)| needed(field));
    fields.map(|(name, _)| name.as_str()).collect()
}

/// The form of the credentials.
fn form(provider: &Provider) -> &'static str {
    match provider.supported_auth_mode() {
        Some(AuthMode::ApiKey) => r#"{"type": "API_KEY", "apiKey": "…"}"#,
        Some(AuthMode::Basic) => r#"{"type": "BASIC", "username": "…", "password": "…"}"#,
        Some(AuthMode::OAuth2ClientCredentials) => {
            r#"{"type": "OAUTH2_CC", "client_id": "…", "client_secret": "…"}"#
        }
        _ => r#"{"type": "OAUTH2", "access_token": "…"}"#,
    }
}

/// A path as a shell takes it.
fn quoted(path: &str) -> String {
    let is_plain = |c: char| c.is_ascii_alphanumeric() || "/._-".contains(c);
    if !path.is_empty() && path.chars().all(is_plain) && !path.starts_with('-') {
        return path.to_owned();
    }
    // `--`: a folder may be called like an option.
    format!("-- '{}'", path.replace('\'', r"'\''"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_of_any_name_can_be_gone_to() {
        assert_eq!(quoted("a/b-c"), "a/b-c");
        assert_eq!(quoted("it's here"), r"-- 'it'\''s here'");
        assert_eq!(quoted("-x"), "-- '-x'");
    }
}
