//! A setting's value: how it is written and read.

use std::fmt;
use std::path::{Path, PathBuf};
use std::time::Duration;

use bytesize::ByteSize;
use ipnet::IpNet;
use onevent_contract::{EnvironmentName, Secret};
use onevent_proxy::{AllowedNetwork, HostPattern};
use onevent_store::{DatabaseUrl, DatabaseUrlError};
use serde_json::json;

/// How a setting is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Any text.
    Text,
    /// The name of an environment.
    Environment,
    /// `sqlite:PATH`.
    Database,
    /// A file; relative to the file that says it, or to the current folder.
    Path,
    /// `http://…` or `https://…`, `${…}` allowed.
    BaseUrl,
    /// `http://…` or `https://…`, as it is.
    ApiUrl,
    /// A list of networks, separated by commas outside of TOML.
    Networks,
    /// A list of hosts, separated by commas outside of TOML.
    Hosts,
    /// `true` or `false`.
    Boolean,
    /// A time with its unit: `500ms`, `2s`, `5m`.
    Duration,
    /// A size with its unit: `64MiB`.
    Size,
    /// A text that is never shown and not taken from the command line.
    Secret,
    /// The same, and not taken from a file either.
    VariableOnlySecret,
}

/// A setting's value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Value {
    /// A text.
    Text(String),
    /// An SQLite file.
    Database(PathBuf),
    /// A file.
    Path(PathBuf),
    /// Networks.
    Networks(Vec<IpNet>),
    /// Hosts.
    Hosts(Vec<HostPattern>),
    /// Yes or no.
    Boolean(bool),
    /// A time.
    Duration(Duration),
    /// Bytes.
    Size(u64),
    /// A text that is never shown.
    Secret(Secret),
}

/// Why a text is not a value of its kind. It never holds a secret.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Invalid {
    /// What is wrong: the end of a sentence that starts with the key.
    pub(crate) message: String,
    /// What to write instead.
    pub(crate) hint: Option<String>,
}

impl Invalid {
    fn new(message: impl Into<String>, hint: impl Into<String>) -> Self {
        Self { message: message.into(), hint: Some(hint.into()) }
    }
}

impl Kind {
    /// Whether the value must not be shown.
    pub(crate) fn is_secret(self) -> bool {
        matches!(self, Self::Secret | Self::VariableOnlySecret)
    }

    /// How it is written, in a few words, for documentation and for type errors.
    pub(crate) fn description(self) -> &'static str {
        match self {
            Self::Text => "a text",
            Self::Environment => "a name",
            Self::Database => "a database URL like \"sqlite:data/onevent.sqlite3\"",
            Self::Path => "a path",
            Self::BaseUrl => "a URL like \"https://api.example.com\"",
            Self::ApiUrl => "a URL like \"http://localhost:3003\"",
            Self::Networks => "a list of networks like [\"127.0.0.0/8\"]",
            Self::Hosts => "a list of hosts like [\"*.example.com\"]",
            Self::Boolean => "true or false",
            Self::Duration => "a time like \"10s\"",
            Self::Size => "a size like \"128MiB\"",
            Self::Secret | Self::VariableOnlySecret => "a text (secret)",
        }
    }

    /// Reads a value. `base` is the folder that relative paths start from.
    pub(crate) fn parse(self, text: &str, base: &Path) -> Result<Value, Invalid> {
        match self {
            Self::Text if text.is_empty() => Err(Invalid { message: "is empty".into(), hint: None }),
            Self::Text => Ok(Value::Text(text.to_owned())),
            Self::Environment => match EnvironmentName::new(text) {
                Ok(name) => Ok(Value::Text(name.into())),
                Err(error) => Err(Invalid { message: format!("is no environment: {error}"), hint: None }),
            },
            Self::Database => database(text, base),
            Self::Path => Ok(Value::Path(base.join(text))),
            Self::BaseUrl => base_url(text),
            Self::ApiUrl => api_url(text),
            Self::Networks => text
                .split([',', ' '])
                .filter(|part| !part.is_empty())
                .map(network)
                .collect::<Result<_, _>>()
                .map(Value::Networks),
            Self::Hosts => text
                .split([',', ' '])
                .filter(|part| !part.is_empty())
                .map(host)
                .collect::<Result<_, _>>()
                .map(Value::Hosts),
            Self::Boolean => text.parse().map(Value::Boolean).map_err(|_| {
                Invalid::new(format!("is {text:?}, which is neither true nor false"), "write true or false")
            }),
            Self::Duration => humantime::parse_duration(text).map(Value::Duration).map_err(|error| {
                Invalid::new(
                    format!("is {text:?}, which is no time: {error}"),
                    "write it like 500ms, 10s or 5m",
                )
            }),
            Self::Size => text.parse::<ByteSize>().map(|size| Value::Size(size.as_u64())).map_err(|error| {
                Invalid::new(format!("is {text:?}, which is no size: {error}"), "write it like 64MiB or 1GiB")
            }),
            Self::Secret | Self::VariableOnlySecret => Ok(Value::Secret(Secret::new(text))),
        }
    }
}

fn database(text: &str, base: &Path) -> Result<Value, Invalid> {
    // The text is not repeated: the URL of a database may hold a password.
    let url: DatabaseUrl = text.parse().map_err(|error: DatabaseUrlError| {
        Invalid::new(format!("cannot be used: {error}"), "for example sqlite:data/onevent.sqlite3")
    })?;
    Ok(Value::Database(base.join(url.path())))
}

fn base_url(text: &str) -> Result<Value, Invalid> {
    let invalid =
        |why: &str| Invalid::new(format!("is {text:?}, {why}"), "write it like https://api.example.com");
    if !text.starts_with("http://") && !text.starts_with("https://") {
        return Err(invalid("which starts with neither http:// nor https://"));
    }
    // Placeholders are filled in for each request, and only then is it a URL.
    if !text.contains("${") {
        let url = url::Url::parse(text).map_err(|error| invalid(&format!("which is no URL: {error}")))?;
        if !url.username().is_empty() || url.password().is_some() {
            return Err(Invalid::new("holds a user name or password", "put credentials into the connection"));
        }
    }
    Ok(Value::Text(text.to_owned()))
}

/// A base URL without placeholders, query and fragment; a slash at its end does not count.
fn api_url(text: &str) -> Result<Value, Invalid> {
    let hint = "write it like http://localhost:3003";
    if text.contains("${") || text.contains(['?', '#']) {
        let message = format!("is {text:?}, which is more than a scheme, a host and a path");
        return Err(Invalid::new(message, hint));
    }
    base_url(text.strip_suffix('/').unwrap_or(text)).map_err(|invalid| Invalid::new(invalid.message, hint))
}

fn network(text: &str) -> Result<IpNet, Invalid> {
    let network = text.parse::<AllowedNetwork>().map(AllowedNetwork::network);
    network.map_err(|error| {
        let hint = "write networks like 127.0.0.0/8, 10.1.2.3 or fd00::/8";
        Invalid::new(format!("holds a wrong network: {error}"), hint)
    })
}

fn host(text: &str) -> Result<HostPattern, Invalid> {
    text.parse().map_err(|error| {
        let hint = "write hosts like api.example.com or *.example.com";
        Invalid::new(format!("holds a wrong host: {error}"), hint)
    })
}

impl Value {
    /// The JSON form; a secret is replaced.
    pub fn shown(&self) -> serde_json::Value {
        match self {
            Self::Networks(networks) => json!(networks.iter().map(ToString::to_string).collect::<Vec<_>>()),
            Self::Hosts(hosts) => json!(hosts.iter().map(ToString::to_string).collect::<Vec<_>>()),
            other => json!(other.to_string()),
        }
    }
}

impl fmt::Display for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Text(text) => f.write_str(text),
            Self::Database(path) => write!(f, "sqlite:{}", path.display()),
            Self::Path(path) => path.display().fmt(f),
            Self::Networks(networks) => {
                let networks: Vec<String> = networks.iter().map(ToString::to_string).collect();
                f.write_str(&networks.join(", "))
            }
            Self::Hosts(hosts) => {
                let hosts: Vec<String> = hosts.iter().map(ToString::to_string).collect();
                f.write_str(&hosts.join(", "))
            }
            Self::Boolean(on) => on.fmt(f),
            Self::Duration(duration) => humantime::format_duration(*duration).fmt(f),
            Self::Size(bytes) => f.write_str(&exact_size(*bytes)),
            Self::Secret(_) => f.write_str("[redacted]"),
        }
    }
}

/// The size in the largest unit that divides it, so that what is shown is what is meant.
fn exact_size(bytes: u64) -> String {
    let units = [("GiB", 1 << 30), ("MiB", 1 << 20), ("KiB", 1 << 10)];
    let whole = units.into_iter().find(|(_, unit)| bytes > 0 && bytes.is_multiple_of(*unit));
    whole.map_or_else(|| format!("{bytes}B"), |(name, unit)| format!("{}{name}", bytes / unit))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(kind: Kind, text: &str) -> Result<Value, Invalid> {
        kind.parse(text, Path::new("/base"))
    }

    #[test]
    fn values_are_read_and_shown_again() {
        for (kind, text, shown) in [
            (Kind::Duration, "300s", "5m"),
            (Kind::Size, "134217728", "128MiB"),
            (Kind::Size, "100000001", "100000001B"),
            (Kind::Networks, "127.0.0.1, fd00::/8", "127.0.0.1/32, fd00::/8"),
            (Kind::Database, "sqlite:data/x.db", "sqlite:/base/data/x.db"),
            (Kind::Database, "sqlite:///data/x.db", "sqlite:/data/x.db"),
            (
                Kind::BaseUrl,
                "https://${connectionConfig.subdomain}.x.com",
                "https://${connectionConfig.subdomain}.x.com",
            ),
            (Kind::ApiUrl, "http://localhost:3003/", "http://localhost:3003"),
            (Kind::Secret, "s3cret", "[redacted]"),
            (Kind::Hosts, "*.Example.com, 127.0.0.1:80", "*.example.com, 127.0.0.1:80"),
            (Kind::Boolean, "true", "true"),
        ] {
            assert_eq!(parse(kind, text).unwrap().to_string(), shown);
        }
    }

    #[test]
    fn a_wrong_value_is_told_with_what_to_write() {
        let error = parse(Kind::Duration, "10").unwrap_err();
        assert!(error.message.contains("no time") && error.hint.unwrap().contains("10s"));
        assert!(parse(Kind::BaseUrl, "ftp://x").is_err());
        assert!(parse(Kind::BaseUrl, "https://me:pw@x").unwrap_err().message.ends_with("password"));
        let postgres = parse(Kind::Database, "postgres://u:hunter2@db/x").unwrap_err();
        assert!(postgres.message.contains("PostgreSQL") && !postgres.message.contains("hunter2"));
        assert!(parse(Kind::Database, "sqlite::memory:").is_err());
        assert!(parse(Kind::Networks, "localhost").is_err());
        for hosts in ["*", "https://a.example", "a.*.example", "*.127.0.0.1"] {
            assert!(parse(Kind::Hosts, hosts).is_err(), "{hosts}");
        }
        for text in ["yes", "1", "True", ""] {
            assert!(parse(Kind::Boolean, text).is_err(), "{text}");
        }
        for url in ["localhost:3003", "http://h/?a=b", "http://h/#a", "http://${x}/", "http://me:pw@h", ""] {
            assert!(parse(Kind::ApiUrl, url).is_err(), "{url}");
        }
    }
}
