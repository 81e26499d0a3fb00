use indexmap::IndexMap;
use onevent_contract::{AuthMode, FieldTemplates, JsonObject};
use serde::{Deserialize, Deserializer};
use serde_json::Value;

/// One provider: how its API is reached and how it authenticates.
///
/// Fields have Nango's names. What this crate does not use, and what it does not know, is in [`Provider::other`].
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct Provider {
    /// The entry's key: `salesforce`.
    #[serde(skip)]
    pub name: String,
    /// The name for people: `Salesforce`.
    pub display_name: Option<String>,
    /// How connections authenticate, in Nango's spelling. Every mode of Nango's can stand here; see
    /// [`Provider::supported_auth_mode`].
    pub auth_mode: String,
    /// Groups in a catalogue.
    #[serde(default)]
    pub categories: Vec<String>,
    /// Where its documentation is.
    pub docs: Option<String>,
    /// How calls are built.
    #[serde(default)]
    pub proxy: ProxyTemplate,
    /// The settings that a connection has, by name: what a person is asked for.
    #[serde(default)]
    pub connection_config: JsonObject,
    /// The credentials' fields, by name: what a person is asked for.
    #[serde(default)]
    pub credentials: JsonObject,
    /// The settings that an integration has, by name.
    #[serde(default)]
    pub integration_config: JsonObject,
    /// Every other field, as it stands in the file.
    #[serde(flatten)]
    pub other: JsonObject,
}

impl Provider {
    /// The auth mode, where credentials of that mode can be sent.
    #[must_use]
    pub fn supported_auth_mode(&self) -> Option<AuthMode> {
        AuthMode::from_name(&self.auth_mode)
    }

    /// Settings of a connection that the template marks as secret.
    pub fn secret_settings(&self) -> impl Iterator<Item = &str> {
        let secret = |field: &Value| field.get("secret").and_then(Value::as_bool) == Some(true);
        self.connection_config.iter().filter(move |(_, field)| secret(field)).map(|(name, _)| name.as_str())
    }

    /// What the template says about the fields of its connections, and so about what of them is secret.
    #[must_use]
    pub fn field_templates(&self) -> FieldTemplates<'_> {
        FieldTemplates { credentials: &self.credentials, connection_config: &self.connection_config }
    }
}

/// `proxy`: how calls to a provider are built.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
pub struct ProxyTemplate {
    /// Where the API is; a template.
    pub base_url: Option<String>,
    /// Headers of every call; templates.
    #[serde(default, deserialize_with = "texts")]
    pub headers: IndexMap<String, String>,
    /// Query parameters of every call; templates.
    #[serde(default, deserialize_with = "texts")]
    pub query: IndexMap<String, String>,
    /// Fields that are merged into every body; templates at any depth.
    #[serde(default)]
    pub body: JsonObject,
    /// What the provider says about when to try again.
    #[serde(default)]
    pub retry: RetryTemplate,
    /// The defaults of `nango.paginate`.
    pub paginate: Option<JsonObject>,
    /// Send every header again after a redirect to another origin.
    #[serde(default)]
    pub forward_headers_on_redirect: bool,
    /// Every other field, as it stands in the file.
    #[serde(flatten)]
    pub other: JsonObject,
}

/// `proxy.retry`: what a provider says about when to try again.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
pub struct RetryTemplate {
    /// Headers that hold the time of the next attempt.
    #[serde(default)]
    pub at: HeaderNames,
    /// Headers that hold seconds to wait.
    #[serde(default)]
    pub after: HeaderNames,
    /// A header whose value `0` means that the allowance is used up.
    pub remaining: Option<String>,
    /// The statuses to retry on: `403`, `5xx`, `500-502`. Where it stands, no other status is retried.
    #[serde(default, deserialize_with = "scalars")]
    pub error_code: Option<Vec<String>>,
    /// A wait that stands in the body.
    pub in_body: Option<BodyWait>,
}

/// Names of headers: one, or a list.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct HeaderNames(pub Vec<String>);

impl<'de> Deserialize<'de> for HeaderNames {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        #[derive(Deserialize)]
        #[serde(untagged, expecting = "expected the name of a header, or a list of names")]
        enum OneOrMany {
            One(String),
            Many(Vec<String>),
        }
        Ok(Self(match OneOrMany::deserialize(deserializer)? {
            OneOrMany::One(name) => vec![name],
            OneOrMany::Many(names) => names,
        }))
    }
}

/// A wait that a provider writes into the body of an answer.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct BodyWait {
    /// Where the text is: keys and indices with dots between.
    pub path: String,
    /// A regular expression whose first group is the time or the seconds.
    pub value: String,
    /// Which of both it is.
    pub strategy: WaitKind,
}

/// What a number or text that a provider sends means.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum WaitKind {
    /// A point in time.
    At,
    /// Seconds from now.
    After,
}

/// A mapping to texts; numbers and booleans count as texts.
fn texts<'de, D: Deserializer<'de>>(deserializer: D) -> Result<IndexMap<String, String>, D::Error> {
    let entries = IndexMap::<String, Value>::deserialize(deserializer)?;
    entries.into_iter().map(|(key, value)| text(&value).map(|value| (key, value))).collect()
}

fn scalars<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Vec<String>>, D::Error> {
    let items = Vec::<Value>::deserialize(deserializer)?;
    items.iter().map(text).collect::<Result<_, _>>().map(Some)
}

fn text<E: serde::de::Error>(value: &Value) -> Result<String, E> {
    match value {
        Value::String(text) => Ok(text.clone()),
        Value::Number(number) => Ok(number.to_string()),
        Value::Bool(value) => Ok(value.to_string()),
        Value::Null | Value::Array(_) | Value::Object(_) => {
            Err(E::custom(format!("expected a text, found {value}")))
        }
    }
}
