//! URLs: of a provider, where placeholders are allowed, and of Nango's API and of a web address, where they are not.

use std::path::Path;

use url::Url;

use super::setting_value::{Invalid, SettingValue};

/// `http://…` or `https://…`; `${…}` is filled in for each request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BaseUrl(String);

/// `http://…` or `https://…`, as it is: a scheme, a host and a path.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ApiUrl(Url);

/// `http://…` or `https://…`, as it is: a query too.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WebUrl(Url);

impl WebUrl {
    /// The URL.
    #[must_use]
    pub fn url(&self) -> &Url {
        &self.0
    }
}

impl BaseUrl {
    /// As it was written.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl ApiUrl {
    /// Nango's API in the cloud.
    const NANGO_CLOUD: &str = "https://api.nango.dev";

    /// Nango's API in the cloud; `None` only if its URL were none.
    pub(in super::super) fn nango_cloud() -> Option<Self> {
        Url::parse(Self::NANGO_CLOUD).ok().map(Self)
    }

    /// The URL.
    #[must_use]
    pub fn url(&self) -> &Url {
        &self.0
    }
}

impl SettingValue for BaseUrl {
    const DESCRIPTION: &str = "a URL like \"https://api.example.com\"";

    fn parse(text: &str, _: &Path) -> Result<Self, Invalid> {
        let invalid =
            |why: &str| Invalid::new(format!("is {text:?}, {why}"), "write it like https://api.example.com");
        if !text.starts_with("http://") && !text.starts_with("https://") {
            return Err(invalid("which starts with neither http:// nor https://"));
        }
        // Placeholders are filled in for each request, and only then is it a URL.
        if !text.contains("${") {
            without_credentials(text).map_err(|error| match error {
                NoUrl::Malformed(error) => invalid(&format!("which is no URL: {error}")),
                NoUrl::Credentials => credentials(),
            })?;
        }
        Ok(Self(text.to_owned()))
    }

    fn shown(&self) -> String {
        self.0.clone()
    }
}

impl SettingValue for ApiUrl {
    const DESCRIPTION: &str = "a URL like \"http://localhost:3003\"";

    fn parse(text: &str, _: &Path) -> Result<Self, Invalid> {
        let invalid =
            |why: &str| Invalid::new(format!("is {text:?}, {why}"), "write it like http://localhost:3003");
        if !text.starts_with("http://") && !text.starts_with("https://") {
            return Err(invalid("which starts with neither http:// nor https://"));
        }
        if text.contains("${") || text.contains(['?', '#']) {
            return Err(invalid("which is more than a scheme, a host and a path"));
        }
        without_credentials(text).map(Self).map_err(|error| match error {
            NoUrl::Malformed(error) => invalid(&format!("which is no URL: {error}")),
            NoUrl::Credentials => credentials(),
        })
    }

    fn shown(&self) -> String {
        // A slash at its end does not count.
        self.0.as_str().trim_end_matches('/').to_owned()
    }
}

impl SettingValue for WebUrl {
    const DESCRIPTION: &str = "a URL like \"https://app.example.com/hook\"";

    fn parse(text: &str, _: &Path) -> Result<Self, Invalid> {
        let invalid = |why: &str| {
            Invalid::new(format!("is {text:?}, {why}"), "write it like https://app.example.com/hook")
        };
        if !text.starts_with("http://") && !text.starts_with("https://") {
            return Err(invalid("which starts with neither http:// nor https://"));
        }
        if text.contains("${") || text.contains('#') {
            return Err(invalid("which is more than a scheme, a host, a path and a query"));
        }
        without_credentials(text).map(Self).map_err(|error| match error {
            NoUrl::Malformed(error) => invalid(&format!("which is no URL: {error}")),
            NoUrl::Credentials => credentials(),
        })
    }

    fn shown(&self) -> String {
        self.0.as_str().to_owned()
    }
}

enum NoUrl {
    Malformed(url::ParseError),
    Credentials,
}

fn without_credentials(text: &str) -> Result<Url, NoUrl> {
    let url = Url::parse(text).map_err(NoUrl::Malformed)?;
    let holds_some = !url.username().is_empty() || url.password().is_some();
    if holds_some { Err(NoUrl::Credentials) } else { Ok(url) }
}

fn credentials() -> Invalid {
    // The text is not repeated.
    Invalid::new("holds a user name or password", "put credentials into the connection")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown<T: SettingValue>(text: &str) -> Result<String, Invalid> {
        T::parse(text, Path::new("")).map(|value| value.shown())
    }

    #[test]
    fn a_providers_url_may_hold_placeholders() {
        let text = "https://${connectionConfig.subdomain}.x.com";
        assert_eq!(shown::<BaseUrl>(text).unwrap(), text);
        assert!(shown::<BaseUrl>("ftp://x").is_err());
        let Err(Invalid::Unreadable { message, .. }) = shown::<BaseUrl>("https://me:hunter2@x") else {
            panic!("read")
        };
        assert_eq!(message, "holds a user name or password");
    }

    #[test]
    fn an_apis_url_is_as_it_is() {
        assert_eq!(shown::<ApiUrl>("http://localhost:3003/").unwrap(), "http://localhost:3003");
        assert_eq!(shown::<ApiUrl>(ApiUrl::NANGO_CLOUD).unwrap(), ApiUrl::NANGO_CLOUD);
        assert_eq!(shown::<WebUrl>("http://localhost:3003/a?b=c").unwrap(), "http://localhost:3003/a?b=c");
        for url in ["localhost:3003", "http://h/#a", "http://${x}/", "http://me:pw@h", "file:///x", ""] {
            assert!(shown::<WebUrl>(url).is_err(), "{url}");
        }
        for url in ["localhost:3003", "http://h/?a=b", "http://h/#a", "http://${x}/", "http://me:pw@h", ""] {
            assert!(shown::<ApiUrl>(url).is_err(), "{url}");
        }
    }
}
