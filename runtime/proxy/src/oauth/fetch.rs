//! Asking a token endpoint.

use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use oauth2::basic::{BasicErrorResponse, BasicRevocationErrorResponse, BasicTokenIntrospectionResponse};
use oauth2::{
    AsyncHttpClient, AuthType, ClientId, ClientSecret, EndpointNotSet, EndpointSet, HttpRequest,
    HttpResponse, RefreshToken, RequestTokenError, StandardRevocableToken, TokenUrl,
};
use onevent_contract::{Credentials, HostError, RootBudget};
use serde_json::Value;
use tokio::time::timeout;

use super::answer::{NoAnswer, standard};
use super::client::Client;
use super::failure::TokenFailure;
use super::grant::{Grant, NoGrant};
use super::shape::Shape;
use super::template::{ClientAuthentication, TokenTemplate};
use super::token::Token;
use crate::limits::TOKEN_TIMEOUT;
use crate::request::{Secrets, has_open_host, reach, template_url};
use crate::template::{Template, Values};
use crate::transport::{Failure, GuardedClient, exchange};
use crate::{Provider, Proxy, Seal, Target};

/// The standard's client, with answers as providers have them.
type TokenClient = oauth2::Client<
    BasicErrorResponse,
    Token,
    BasicTokenIntrospectionResponse,
    StandardRevocableToken,
    BasicRevocationErrorResponse,
    EndpointNotSet,
    EndpointNotSet,
    EndpointNotSet,
    EndpointNotSet,
    EndpointSet,
>;

impl Proxy {
    /// Asks the token endpoint of a target's provider once, and answers with the target's credentials, the new token in
    /// them. Dropping the future ends the request: whoever must not lose a token that was answered does not drop it.
    ///
    /// # Errors
    /// [`TokenFailure`].
    pub async fn fetch_token(&self, target: &Target, grant: Grant) -> Result<Credentials, TokenFailure> {
        let secrets = Secrets::of(target);
        let now = self.inner.options.clock.now();
        let fetch = Fetch::new(self, target, grant, now);
        let fetch = fetch.map_err(|error| TokenFailure::NotAsked(secrets.hidden_in(error)))?;
        let (target, clock) = (target.clone(), self.inner.options.clock.clone());
        let fetched = self.on_runtime(async move {
            Ok(match fetch.run(&target, grant).await {
                Err(failure) => Err(failure),
                Ok(token) => {
                    let template = TokenTemplate(&target.integration.provider);
                    token.into_credentials(&target.credentials, template, clock.now()).ok_or_else(|| {
                        TokenFailure::Unavailable {
                            message: "the token endpoint's token cannot be used".into(),
                        }
                    })
                }
            })
        });
        let fetched = fetched.await.map_err(TokenFailure::NotAsked)?;
        fetched.map_err(|failure| hidden(&secrets, failure))
    }
}

/// One request and what it needs.
struct Fetch {
    endpoint: Endpoint,
    client: Client,
    scope: Option<String>,
}

/// Where it goes: the HTTP client that the standard's client asks with.
struct Endpoint {
    http: GuardedClient,
    shape: Shape,
    timeout: Duration,
    provider: Arc<Provider>,
}

impl<'c> AsyncHttpClient<'c> for Endpoint {
    type Error = NoAnswer;
    type Future = Pin<Box<dyn Future<Output = Result<HttpResponse, NoAnswer>> + Send + 'c>>;

    fn call(&'c self, request: HttpRequest) -> Self::Future {
        Box::pin(self.answer(request))
    }
}

impl Endpoint {
    async fn answer(&self, request: HttpRequest) -> Result<HttpResponse, NoAnswer> {
        let hop = self.shape.request(&request);
        let not_sent = |failure: Failure| NoAnswer::NotSent(failure.into_error());
        let answer = timeout(self.timeout, exchange(&self.http, &hop, &RootBudget::default())).await;
        let answer = answer.unwrap_or(Err(Failure::timeout(self.timeout))).map_err(not_sent)?;
        standard(&answer, TokenTemplate(&self.provider))
    }
}

impl Fetch {
    fn new(proxy: &Proxy, target: &Target, grant: Grant, now: Timestamp) -> Result<Self, HostError> {
        let configuration = |error: NoGrant| HostError::Configuration {
            code: "missing_token_endpoint".into(),
            message: error.to_string(),
        };
        let integration = &target.integration;
        let template = TokenTemplate(&integration.provider);
        let client = Client::of(target).map_err(configuration)?;
        let missing = || NoGrant::Endpoint { provider: integration.provider.name.clone() };
        let url_template =
            template.url(grant, target.credentials.mode()).ok_or_else(missing).map_err(configuration)?;
        let mut secrets = Secrets::of(target);
        let values = Values::new(target, now);
        let mut url = template_url("the token URL", url_template, &values, &mut secrets)?;
        url.set_fragment(None);
        if integration.seal.is_some()
            && has_open_host(url_template)
            && !reach(target, &values, &mut secrets).covers(&url)
        {
            let what = "a setting of the connection takes them to a token endpoint that is not the integration's own";
            return Err(Seal::refusal(&integration.key, what));
        }
        let shape = Shape {
            url,
            authentication: template.client_authentication(),
            format: template.body_format(),
            parameters: parameters(template, grant, &values)?,
        };
        let policy = proxy.inner.options.egress.clone().and(&integration.egress);
        let http = proxy.inner.transport.client(policy)?;
        let timeout = TOKEN_TIMEOUT.min(proxy.inner.options.attempt_timeout);
        let provider = Arc::clone(&integration.provider);
        let endpoint = Endpoint { http, shape, timeout, provider };
        Ok(Self { endpoint, client, scope: scope(target, template, grant) })
    }

    async fn run(&self, target: &Target, grant: Grant) -> Result<Token, TokenFailure> {
        let auth_type = match self.endpoint.shape.authentication {
            ClientAuthentication::Header => AuthType::BasicAuth,
            ClientAuthentication::Body | ClientAuthentication::Basic | ClientAuthentication::Custom => {
                AuthType::RequestBody
            }
        };
        let client = oauth2::Client::new(ClientId::new(self.client.id.clone())).set_auth_type(auth_type);
        let client: TokenClient = client.set_token_uri(TokenUrl::from_url(self.endpoint.shape.url.clone()));
        let client = match &self.client.secret {
            Some(secret) => client.set_client_secret(ClientSecret::new(secret.reveal().to_owned())),
            None => client,
        };
        let answered = match grant {
            Grant::RefreshToken => {
                let token = target.credentials.text("refresh_token");
                let token =
                    RefreshToken::new(token.map(|token| token.reveal().to_owned()).unwrap_or_default());
                client.exchange_refresh_token(&token).request_async(&self.endpoint).await
            }
            Grant::ClientCredentials => {
                let scopes = self.scope.iter().map(|scope| oauth2::Scope::new(scope.clone()));
                client.exchange_client_credentials().add_scopes(scopes).request_async(&self.endpoint).await
            }
        };
        answered.map_err(failure)
    }
}

/// The template's parameters with their values; one that needs a setting which the connection does not have is left out.
fn parameters(
    template: TokenTemplate<'_>,
    grant: Grant,
    values: &Values<'_>,
) -> Result<Vec<(String, String)>, HostError> {
    let mut parameters = Vec::new();
    for (name, value) in template.parameters(grant) {
        // The token is the connection's, whatever a template says.
        if name == "refresh_token" {
            continue;
        }
        match values.render(&Template::parse(&value)) {
            Ok(rendered) => parameters.push((name.to_owned(), rendered.text)),
            Err(unresolved) if unresolved.is_left_out() => {}
            Err(unresolved) => return Err(unresolved.into_error(&format!("the token parameter `{name}`"))),
        }
    }
    Ok(parameters)
}

/// The scopes that a connection asks for (Nango's `oauth_scopes`, with commas between them).
fn scope(target: &Target, template: TokenTemplate<'_>, grant: Grant) -> Option<String> {
    let scopes = match grant {
        Grant::RefreshToken => None,
        Grant::ClientCredentials => target.connection_config.get("oauth_scopes").and_then(Value::as_str),
    };
    let scopes = scopes?.split(',').map(str::trim).filter(|scope| !scope.is_empty()).collect::<Vec<_>>();
    (!scopes.is_empty()).then(|| scopes.join(template.scope_separator()))
}

fn failure(error: RequestTokenError<NoAnswer, BasicErrorResponse>) -> TokenFailure {
    match error {
        RequestTokenError::ServerResponse(refusal) => {
            let code = Some(refusal.error().as_ref().to_owned()).filter(|code| !code.is_empty());
            let description = refusal.error_description().filter(|text| !text.is_empty());
            let message = match (&code, description) {
                (Some(code), Some(text)) => format!("the provider refused: {code}: {text}"),
                (Some(code), None) => format!("the provider refused: {code}"),
                (None, Some(text)) => format!("the provider refused: {text}"),
                (None, None) => "the provider refused without a reason".to_owned(),
            };
            TokenFailure::Refused { code, message }
        }
        RequestTokenError::Request(NoAnswer::NotSent(error @ HostError::Configuration { .. })) => {
            TokenFailure::NotAsked(error)
        }
        RequestTokenError::Request(error) => TokenFailure::Unavailable { message: error.to_string() },
        RequestTokenError::Parse(..) | RequestTokenError::Other(_) => {
            TokenFailure::Unavailable { message: "the token endpoint's answer cannot be read".into() }
        }
    }
}

fn hidden(secrets: &Secrets, failure: TokenFailure) -> TokenFailure {
    match failure {
        TokenFailure::Refused { code, message } => TokenFailure::Refused {
            code: code.map(|code| secrets.hide(&code)),
            message: secrets.hide(&message),
        },
        TokenFailure::Unavailable { message } => {
            TokenFailure::Unavailable { message: secrets.hide(&message) }
        }
        TokenFailure::NotAsked(error) => TokenFailure::NotAsked(secrets.hidden_in(error)),
    }
}
