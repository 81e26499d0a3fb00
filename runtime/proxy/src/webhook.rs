//! Where an integration receives the webhooks of its provider.

use onevent_contract::{EnvironmentName, IntegrationId};
use url::Url;

/// Where an integration receives the webhooks of its provider. Nango's spelling of the whole is
/// `<server>/webhook/<environment>/<integration>`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum WebhookAddress {
    /// At this URL, which the operator chose.
    At(Url),
    /// At one of its own, under the URL of a server.
    Under(Url),
}

impl WebhookAddress {
    /// The URL for an integration in an environment.
    #[must_use]
    pub fn url(&self, environment: &EnvironmentName, integration: &IntegrationId) -> String {
        match self {
            Self::At(url) => url.to_string(),
            Self::Under(server) => {
                let mut url = server.clone();
                url.set_query(None);
                if let Ok(mut path) = url.path_segments_mut() {
                    path.pop_if_empty().extend(["webhook", environment.as_str(), integration.as_str()]);
                }
                url.to_string()
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_servers_url_is_continued_and_an_own_one_is_not() {
        let (environment, integration) = ("prod".parse().unwrap(), "my hub".parse().unwrap());
        let under =
            |url: &str| WebhookAddress::Under(Url::parse(url).unwrap()).url(&environment, &integration);
        assert_eq!(under("https://x.test"), "https://x.test/webhook/prod/my%20hub");
        assert_eq!(under("https://x.test/onevent/?a=b"), "https://x.test/onevent/webhook/prod/my%20hub");
        let at = WebhookAddress::At(Url::parse("https://app.test/in?token=1").unwrap());
        assert_eq!(at.url(&environment, &integration), "https://app.test/in?token=1");
    }
}
