//! Settings from the command line: `--set key=value`, and the flags that have a setting.

use std::path::Path;

use super::key::Key;
use super::setting::{self, Found, SETTINGS};
use super::{Entry, Origin};
use crate::error::ConfigError;

/// What the command line says about settings, as text.
#[derive(Debug, Clone, Default)]
pub struct Flags {
    /// The values of `--set`, in order.
    pub set: Vec<String>,
    /// A flag's name, as in the table of settings, and its value.
    pub own: Vec<(&'static str, String)>,
}

/// Reads the flags; a flag of its own wins over `--set`, a later `--set` over an earlier one.
///
/// # Errors
/// Not of the form `key=value`, an unknown key, a value of the wrong kind, or a secret.
pub(crate) fn read(flags: &Flags, directory: &Path) -> Result<Vec<Entry>, ConfigError> {
    let mut entries = Vec::new();
    for text in &flags.set {
        entries.push(set(text, directory)?);
    }
    for (flag, text) in &flags.own {
        let Some(setting) = SETTINGS.iter().find(|setting| setting.flag == Some(flag)) else { continue };
        let value = setting.kind.parse(text, directory).map_err(|invalid| {
            ConfigError::usage("invalid_setting", format!("{flag} {}", invalid.message)).hint_if(invalid.hint)
        })?;
        entries.push(Entry { key: setting.key_for(""), setting, value, origin: Origin::Flag(flag) });
    }
    Ok(entries)
}

fn set(text: &str, directory: &Path) -> Result<Entry, ConfigError> {
    let parts = text.split_once('=').and_then(|(key, value)| Some((Key::parse(key)?, value)));
    let Some((key, value)) = parts else {
        // The text is not repeated: it may be a secret in the wrong place.
        return Err(ConfigError::usage("invalid_setting", "--set needs KEY=VALUE")
            .hint("for example --set limits.wall=10s"));
    };
    match setting::find(&key) {
        Found::Unknown { hint } => {
            Err(ConfigError::usage("unknown_setting", format!("--set: unknown setting `{key}`"))
                .hint_if(hint))
        }
        Found::Table => {
            let hint = format!("its settings: {}", setting::below(&key).join(", "));
            Err(ConfigError::usage("invalid_setting", format!("--set: `{key}` is a table")).hint(hint))
        }
        Found::Setting(setting) if setting.kind.is_secret() => {
            let variable =
                setting.variable(&key.segments().get(1).map(|name| setting::upper(name)).unwrap_or_default());
            let message = format!("--set: `{key}` is a secret, and other users can read command lines");
            Err(ConfigError::usage("secret_on_command_line", message)
                .hint(format!("set the environment variable {variable}")))
        }
        Found::Setting(setting) => {
            let value = setting.kind.parse(value, directory).map_err(|invalid| {
                let message = format!("--set: `{key}` {}", invalid.message);
                ConfigError::usage("invalid_setting", message).hint_if(invalid.hint)
            })?;
            Ok(Entry { key, setting, value, origin: Origin::Flag("--set") })
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn failure(text: &str) -> ConfigError {
        set(text, Path::new("/here")).unwrap_err()
    }

    #[test]
    fn a_setting_is_taken_from_the_flag() {
        let entry = set("functions.salesforce/setup.limits.wall=10s", Path::new("/here")).unwrap();
        assert_eq!(entry.key.to_string(), "functions.\"salesforce/setup\".limits.wall");
        let entry = set("integrations.x.base_url=http://h/?a=b", Path::new("/here")).unwrap();
        assert_eq!(entry.value.to_string(), "http://h/?a=b");
    }

    #[test]
    fn what_cannot_be_set_is_told() {
        assert_eq!(failure("limits.wal=1s").hint.as_deref(), Some("did you mean `limits.wall`?"));
        assert_eq!(failure("limits=1s").code, "invalid_setting");
        let secret = failure("integrations.sales-force.client_secret=hunter2");
        assert_eq!(secret.code, "secret_on_command_line");
        assert!(secret.hint.unwrap().contains("ONEVENT_INTEGRATIONS_SALES_FORCE_CLIENT_SECRET"));
        assert!(!failure("hunter2").message.contains("hunter2"));
    }
}
