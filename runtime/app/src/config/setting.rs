//! Every setting there is, in one table: reading, `onevent config` and `docs/configuration.md` follow it.

use std::path::Path;

use onevent_contract::Limits;

use super::key::Key;
use super::value::{Kind, Value};
use crate::suggest;
use crate::surroundings::{NANGO_HOSTPORT, PREFIX};

/// One setting, or one for every name at a `<placeholder>` of its key.
#[derive(Debug)]
pub struct Setting {
    /// The dotted key; a segment in `<>` stands for any name.
    pub key: &'static str,
    /// How its value is written.
    pub kind: Kind,
    /// Its value where nothing sets it, in the project of this folder.
    pub default: fn(&Path) -> Option<Value>,
    /// The flag of its own that sets it, beside `--set`.
    pub flag: Option<&'static str>,
    /// What it is for, in one sentence.
    pub help: &'static str,
}

const NONE: fn(&Path) -> Option<Value> = |_| None;

/// The database of a project that names none.
const DATABASE_FILE: &str = ".onevent/onevent.sqlite3";

/// The table.
pub(crate) const SETTINGS: &[Setting] = &[
    Setting {
        key: "environment",
        kind: Kind::Environment,
        default: |_| Some(Value::Text("dev".into())),
        flag: Some("--environment"),
        help: "The environment whose connections are used.",
    },
    Setting {
        key: "database.url",
        kind: Kind::Database,
        default: |project| Some(Value::Database(project.join(DATABASE_FILE))),
        flag: Some("--database"),
        help: "The database: sqlite:PATH.",
    },
    Setting {
        key: "encryption_key",
        kind: Kind::VariableOnlySecret,
        default: NONE,
        flag: None,
        help: "The key that credentials are encrypted with: 32 bytes in base64. Only from the environment. \
               Without it, a key file beside the database, made on first use.",
    },
    Setting {
        key: "providers",
        kind: Kind::Path,
        default: NONE,
        flag: Some("--providers"),
        help: "A YAML file with more provider templates; they win over the built-in ones of the same name.",
    },
    Setting {
        key: "integrations.<integration>.provider",
        kind: Kind::Text,
        default: NONE,
        flag: None,
        help: "The provider template. Without it, the template of the integration's own name.",
    },
    Setting {
        key: "integrations.<integration>.base_url",
        kind: Kind::BaseUrl,
        default: NONE,
        flag: None,
        help: "Replaces the base URL of the provider template.",
    },
    Setting {
        key: "integrations.<integration>.client_id",
        kind: Kind::Text,
        default: NONE,
        flag: None,
        help: "The OAuth client's id.",
    },
    Setting {
        key: "integrations.<integration>.client_secret",
        kind: Kind::Secret,
        default: NONE,
        flag: None,
        help: "The OAuth client's secret. Better in the environment than in a file; never on the command line.",
    },
    Setting {
        key: "integrations.<integration>.egress_allow",
        kind: Kind::Networks,
        default: NONE,
        flag: None,
        help: "Networks that functions of this integration may reach, beside those of egress.allow.",
    },
    Setting {
        key: "integrations.<integration>.seal_credentials",
        kind: Kind::Boolean,
        default: NONE,
        flag: None,
        help: "Whether credentials go to the integration's own hosts only, and functions cannot read them.",
    },
    Setting {
        key: "integrations.<integration>.hosts",
        kind: Kind::Hosts,
        default: NONE,
        flag: None,
        help: "The hosts that sealed credentials go to. Without it, the origin of the base URL.",
    },
    Setting {
        key: "variables.<variable>",
        kind: Kind::Secret,
        default: NONE,
        flag: None,
        help: "A variable that functions read with nango.getEnvironmentVariables. A name from the environment is taken \
               as it stands there, in upper case.",
    },
    Setting {
        key: "nango.hostport",
        kind: Kind::ApiUrl,
        default: |_| Some(Value::Text("https://api.nango.dev".into())),
        flag: None,
        help: "Nango's API, for dry runs against it.",
    },
    Setting {
        key: "nango.secret_key",
        kind: Kind::VariableOnlySecret,
        default: NONE,
        flag: None,
        help: "The environment's secret key for that API. Only from the environment or the project's .env.",
    },
    Setting {
        key: "egress.allow",
        kind: Kind::Networks,
        default: |_| Some(Value::Networks(Vec::new())),
        flag: None,
        help: "Networks (CIDR) that functions may reach beside public addresses.",
    },
    Setting {
        key: "limits.wall",
        kind: Kind::Duration,
        default: |_| Some(Value::Duration(Limits::DEFAULT_WALL)),
        flag: None,
        help: "Wall-clock time of one run.",
    },
    Setting {
        key: "limits.cpu",
        kind: Kind::Duration,
        default: |_| Some(Value::Duration(Limits::DEFAULT_CPU)),
        flag: None,
        help: "CPU time of one run; waiting costs nothing.",
    },
    Setting {
        key: "limits.heap",
        kind: Kind::Size,
        default: |_| Some(Value::Size(Limits::DEFAULT_HEAP_BYTES)),
        flag: None,
        help: "JavaScript heap of one run; the contents of ArrayBuffers have a budget of the same size.",
    },
    Setting {
        key: "functions.<function>.limits.wall",
        kind: Kind::Duration,
        default: NONE,
        flag: None,
        help: "limits.wall for one function, named like `salesforce/setup`.",
    },
    Setting {
        key: "functions.<function>.limits.cpu",
        kind: Kind::Duration,
        default: NONE,
        flag: None,
        help: "limits.cpu for one function.",
    },
    Setting {
        key: "functions.<function>.limits.heap",
        kind: Kind::Size,
        default: NONE,
        flag: None,
        help: "limits.heap for one function.",
    },
];

/// Variables that start like onevent's own and are read by something else than this program.
pub(crate) const OTHER_VARIABLES: &[(&str, &str)] =
    &[("ONEVENT_V8_MIRROR", "a folder with V8's static library, read by cargo xtask v8")];

/// Settings whose variable is Nango's, so that one value serves both programs.
const NANGO_VARIABLES: &[(&str, &str)] =
    &[("nango.hostport", NANGO_HOSTPORT), ("nango.secret_key", "NANGO_SECRET_KEY_<ENVIRONMENT>")];

/// What a key, or the beginning of one, is.
pub(crate) enum Found {
    /// A setting.
    Setting(&'static Setting),
    /// A table that holds settings.
    Table,
    /// Nothing, with advice.
    Unknown { hint: Option<String> },
}

impl Setting {
    fn pattern(&self) -> impl Iterator<Item = &'static str> + use<> {
        self.key.split('.')
    }

    /// Whether `segments` are the first segments of this setting's key.
    fn starts_with(&self, segments: &[String]) -> bool {
        let mut pattern = self.pattern();
        segments.iter().all(|segment| pattern.next().is_some_and(|p| is_placeholder(p) || p == segment))
    }

    /// The environment variable of this setting, with `name` (already in upper case) for its placeholder.
    pub(crate) fn variable(&self, name: &str) -> String {
        if let Some((_, variable)) = NANGO_VARIABLES.iter().find(|(key, _)| *key == self.key) {
            return (*variable).to_owned();
        }
        let segments: Vec<String> =
            self.pattern().map(|p| if is_placeholder(p) { name.to_owned() } else { upper(p) }).collect();
        format!("{PREFIX}{}", segments.join("_"))
    }

    /// What stands for the placeholder, without its brackets: `integration`, `function`, or nothing.
    pub(crate) fn placeholder(&self) -> Option<&'static str> {
        self.pattern().find_map(|p| p.strip_prefix('<')?.strip_suffix('>'))
    }

    /// The full key with `name` for the placeholder.
    pub(crate) fn key_for(&self, name: &str) -> Key {
        Key::new(self.pattern().map(|p| if is_placeholder(p) { name } else { p }))
    }
}

/// Looks a key up in the table.
pub(crate) fn find(key: &Key) -> Found {
    let segments = key.segments();
    for length in 1..=segments.len() {
        let prefix = segments.get(..length).unwrap_or_default();
        if !SETTINGS.iter().any(|setting| setting.starts_with(prefix)) {
            return Found::Unknown { hint: advice(key, length - 1) };
        }
    }
    let whole = SETTINGS
        .iter()
        .find(|setting| setting.starts_with(segments) && setting.pattern().count() == segments.len());
    whole.map_or(Found::Table, Found::Setting)
}

/// Every setting below a table, as people write them.
pub(crate) fn below(table: &Key) -> Vec<&'static str> {
    SETTINGS.iter().filter(|s| s.starts_with(table.segments())).map(|s| s.key).collect()
}

/// What could have been meant by a key whose segment at `wrong` fits nothing.
fn advice(key: &Key, wrong: usize) -> Option<String> {
    let before = key.segments().get(..wrong)?;
    let given = key.segments().get(wrong)?;
    let mut siblings: Vec<&str> = SETTINGS
        .iter()
        .filter(|setting| setting.starts_with(before))
        .filter_map(|setting| setting.pattern().nth(wrong))
        .collect();
    siblings.dedup();
    if siblings.is_empty() {
        // A setting's value was taken for a table.
        return Some(format!("`{}` has no parts", Key::new(before.to_vec())));
    }
    match suggest::nearest(given, siblings.iter().copied()) {
        Some(found) => Some(format!("did you mean `{}`?", key.with_segment(wrong, found))),
        None => Some(format!("known here: {}", siblings.join(", "))),
    }
}

fn is_placeholder(segment: &str) -> bool {
    segment.starts_with('<')
}

/// The form that a name takes in an environment variable: upper case, `_` for whatever is no letter or digit.
pub(crate) fn upper(name: &str) -> String {
    name.chars().map(|c| if c.is_ascii_alphanumeric() { c.to_ascii_uppercase() } else { '_' }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn unknown(key: &str) -> String {
        match find(&Key::parse(key).unwrap()) {
            Found::Unknown { hint } => hint.unwrap(),
            Found::Setting(_) | Found::Table => panic!("{key} is known"),
        }
    }

    #[test]
    fn an_unknown_key_is_answered_with_what_was_meant() {
        assert_eq!(unknown("limits.wal"), "did you mean `limits.wall`?");
        assert_eq!(unknown("limit.wall"), "did you mean `limits.wall`?");
        let meant = "did you mean `integrations.salesforce.base_url`?";
        assert_eq!(unknown("integrations.salesforce.baseurl"), meant);
        assert_eq!(unknown("limits.colour"), "known here: wall, cpu, heap");
        assert_eq!(unknown("limits.wall.x"), "`limits.wall` has no parts");
    }

    #[test]
    fn the_page_about_configuration_lists_every_setting() {
        let page = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/configuration.md");
        let page = std::fs::read_to_string(page).unwrap();
        let mut missing = Vec::new();
        for setting in SETTINGS {
            let default = (setting.default)(Path::new("")).map(|value| value.to_string()).unwrap_or_default();
            let default = if default.is_empty() { String::new() } else { format!(" `{default}`") };
            let name = setting.placeholder().map(|name| format!("<{}>", upper(name))).unwrap_or_default();
            let row = format!(
                "| `{}` | {} |{default} | `{}` | {} |",
                setting.key,
                setting.kind.description(),
                setting.variable(&name),
                setting.help
            );
            if !page.contains(&row) {
                missing.push(row);
            }
        }
        assert!(missing.is_empty(), "docs/configuration.md lacks these rows:\n{}", missing.join("\n"));
        for (variable, _) in OTHER_VARIABLES {
            assert!(page.contains(variable), "docs/configuration.md lacks {variable}");
        }
    }

    #[test]
    fn every_setting_has_its_own_variable() {
        let mut names: Vec<String> = SETTINGS.iter().map(|setting| setting.variable("X")).collect();
        assert!(names.contains(&"ONEVENT_DATABASE_URL".to_owned()));
        assert!(names.contains(&"ONEVENT_INTEGRATIONS_X_CLIENT_SECRET".to_owned()));
        names.sort();
        let count = names.len();
        names.dedup();
        assert_eq!(names.len(), count);
    }
}
