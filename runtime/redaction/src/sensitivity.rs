//! The rule that tells secrets from what people may read.

mod name;
mod shape;

use secrecy::SecretString;
use serde_json::{Map, Value};

use crate::redactor::{REDACTED, SHORTEST_WITHIN_WORDS};

use name::Said;

/// Where a value is kept. What its name does not tell, its place decides: neither a token under an unknown name nor the
/// name of a customer under a known one may be taken for the other.
///
/// | | a name that says secret | a name that says harmless | any other name |
/// | --- | --- | --- | --- |
/// | credentials | hidden | shown | hidden |
/// | within an object of credentials (`raw`) | hidden | shown | hidden if it looks like a token |
/// | variables | hidden | shown, unless it looks like a token | hidden |
/// | settings of a connection | hidden | shown | shown |
///
/// A private key and a JSON Web Token are hidden everywhere, and URLs where they carry what looks like a token.
/// What a provider's template says of a field (`secret: true`) goes before its name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kept {
    /// A connection's credentials, or an integration's.
    Credentials,
    /// A connection's settings (`connection_config`).
    Settings,
    /// The variables of an environment, by name.
    Variables,
}

/// What becomes of a value whose name says nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Otherwise {
    Hidden,
    HiddenIfOpaque,
    Shown,
}

impl Kept {
    /// The secrets in an object that is kept here. `template` has the provider's fields by name, as its
    /// `credentials` or `connection_config` describes them.
    #[must_use]
    pub fn secrets(self, object: &Map<String, Value>, template: &Map<String, Value>) -> Vec<SecretString> {
        let mut found = Vec::new();
        let mut object = object.clone();
        self.visit(&mut object, template, &mut |secret| {
            if let Some(text) = text(secret) {
                found.extend(within(&text));
                found.push(SecretString::from(text));
            }
        });
        if self == Self::Credentials {
            found.extend(pair(&object));
        }
        found
    }

    /// Replaces the secrets in an object that is kept here.
    pub fn redact(self, object: &mut Map<String, Value>, template: &Map<String, Value>) {
        self.visit(object, template, &mut |secret| *secret = REDACTED.into());
    }

    fn visit(
        self,
        object: &mut Map<String, Value>,
        template: &Map<String, Value>,
        act: &mut impl FnMut(&mut Value),
    ) {
        let name_is_password = self == Self::Credentials && has_no_password(object);
        for (name, value) in object {
            let said = match declared(template, name) {
                Some(true) => Said::Secret,
                Some(false) if name::says(name) != Said::Secret => Said::Harmless,
                _ if name_is_password && name == "username" => Said::Secret,
                _ => name::says(name),
            };
            let otherwise = match (self, said) {
                (_, Said::Secret) | (Self::Credentials | Self::Variables, Said::Nothing) => Otherwise::Hidden,
                (Self::Variables, Said::Harmless) | (Self::Credentials | Self::Variables, Said::Address) => {
                    Otherwise::HiddenIfOpaque
                }
                (Self::Settings, Said::Nothing | Said::Address) | (_, Said::Harmless) => Otherwise::Shown,
            };
            let nested = match said {
                Said::Secret => Otherwise::Hidden,
                Said::Harmless => Otherwise::Shown,
                _ if self == Self::Settings => Otherwise::Shown,
                Said::Address | Said::Nothing => Otherwise::HiddenIfOpaque,
            };
            walk(value, otherwise, nested, act);
        }
    }
}

/// Whether a template calls a field secret; `None` where it does not have the field.
fn declared(template: &Map<String, Value>, name: &str) -> Option<bool> {
    let field = template.get(name)?;
    Some(field.get("secret").and_then(Value::as_bool) == Some(true))
}

/// Acts on the secrets of a value; `nested` is the rule for what its objects hold.
fn walk(value: &mut Value, otherwise: Otherwise, nested: Otherwise, act: &mut impl FnMut(&mut Value)) {
    // No recursion: what a provider sends may be deep.
    let mut rest = vec![(value, otherwise, nested)];
    while let Some((value, otherwise, nested)) = rest.pop() {
        match value {
            Value::Array(items) => rest.extend(items.iter_mut().map(|item| (item, otherwise, nested))),
            Value::Object(object) => {
                for (name, value) in object {
                    let otherwise = match name::says(name) {
                        Said::Secret => Otherwise::Hidden,
                        Said::Harmless => Otherwise::Shown,
                        Said::Address if nested == Otherwise::Hidden => Otherwise::HiddenIfOpaque,
                        Said::Address | Said::Nothing => nested,
                    };
                    rest.push((value, otherwise, otherwise));
                }
            }
            Value::Null | Value::Bool(_) => {}
            Value::String(text) if text.is_empty() => {}
            scalar => {
                let hidden = match otherwise {
                    Otherwise::Hidden => true,
                    Otherwise::HiddenIfOpaque => scalar.as_str().is_some_and(shape::is_opaque),
                    // A key is one, whatever it is called.
                    Otherwise::Shown => scalar.as_str().is_some_and(shape::is_key),
                };
                if hidden {
                    act(scalar);
                }
            }
        }
    }
}

/// The secrets in a secret that is JSON itself, as keys of service accounts are.
fn within(text: &str) -> Vec<SecretString> {
    let parsed = text.trim_start().starts_with('{').then(|| serde_json::from_str(text).ok()).flatten();
    let mut found = Vec::new();
    if let Some(mut value) = parsed {
        walk(&mut value, Otherwise::HiddenIfOpaque, Otherwise::HiddenIfOpaque, &mut |secret| {
            found.extend(self::text(secret).map(SecretString::from));
        });
    }
    found
}

/// A user name with no password beside it is the key itself, as many providers have it.
fn has_no_password(object: &Map<String, Value>) -> bool {
    let empty = |name| object.get(name).and_then(Value::as_str).is_none_or(str::is_empty);
    !empty("username") && empty("password")
}

/// What `Authorization: Basic` carries. A long password is found in it, whatever stands before; a short one alone is not.
fn pair(object: &Map<String, Value>) -> Option<SecretString> {
    let field = |name| object.get(name).and_then(Value::as_str);
    let (username, password) = (field("username")?, field("password").unwrap_or_default());
    if password.len() >= SHORTEST_WITHIN_WORDS {
        return None;
    }
    Some(SecretString::from(format!("{username}:{password}")))
}

fn text(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    }
}

#[cfg(test)]
mod tests;
