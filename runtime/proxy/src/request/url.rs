//! The URL of a call.
//!
//! The origin of a call — scheme, host and port — comes from the base URL alone. Whatever an endpoint holds, it is a
//! path beneath it. A value in the middle of a host name (`https://${connectionConfig.subdomain}.example.com`) must
//! be a piece of a host name: with a `/`, `@` or `#` in it a customer's setting would move the credentials to
//! another host.

use std::collections::HashMap;

use onevent_contract::{HostError, MAX_SENT_URL_BYTES, Params, ProxyRequest, limit_met};
use url::Url;

use super::configuration::configuration;
use super::secrets::Secrets;
use crate::Target;
use crate::target::KeyPlacement;
use crate::template::{Rendered, Segment, Template, Unresolved, Values};

/// The URL of a call without what the provider's template adds to the query.
pub(super) struct BareUrl {
    pub(super) url: Url,
    /// Whether a credential is in it.
    pub(super) secret: bool,
}

/// Builds the URL of a call, up to what the provider's template adds to the query.
pub(super) fn build_bare(
    target: &Target,
    request: &ProxyRequest,
    values: &Values<'_>,
    secrets: &mut Secrets,
) -> Result<BareUrl, HostError> {
    let provider = &target.integration.provider;
    let chosen = request.base_url_override.as_deref().filter(|base| !base.is_empty());
    if request.endpoint.is_empty() && chosen.is_none() {
        return Err(configuration("missing_api_url", "a call needs an `endpoint` or a `baseUrlOverride`"));
    }
    let template = chosen
        .or(target.integration.base_url.as_deref())
        .or(provider.proxy.base_url.as_deref())
        .filter(|base| !base.is_empty())
        .ok_or_else(|| {
            let name = &provider.name;
            let message = format!(
                "provider `{name}` has no base URL: give one to the integration, or as baseUrlOverride"
            );
            configuration("unsupported_provider", message)
        })?;
    let base = base(BASE, template, values, secrets)?;
    let endpoint = endpoint(&request.endpoint, values, secrets)
        .map_err(|unresolved| unresolved.into_error("the endpoint"))?;
    // An endpoint may also be written with the provider's own base URL, while the integration has another one.
    let official = provider.proxy.base_url.as_deref().filter(|official| *official != template);
    let official = official.and_then(|official| self::base(BASE, official, values, secrets).ok());
    let mut url = joined(&base, official.as_ref(), &endpoint.text)?;
    add_params(&mut url, request.params.as_ref())?;
    url.set_fragment(None);
    if url.as_str().len() > MAX_SENT_URL_BYTES {
        let limit = limit_met("sent_url_bytes", MAX_SENT_URL_BYTES, url.as_str().len());
        return Err(configuration(
            "url_too_long",
            format!("no server takes a URL as long as that ({limit})"),
        ));
    }
    Ok(BareUrl { url, secret: base.secret || endpoint.secret })
}

/// An author's endpoint with its values put in. What is made of credentials is hidden, and nothing else of it.
fn endpoint(text: &str, values: &Values<'_>, secrets: &mut Secrets) -> Result<Rendered, Unresolved> {
    let mut endpoint = Rendered::default();
    for segment in Template::without_alternatives(text).alternatives.iter().flatten() {
        let piece = values.segment(segment)?;
        if piece.secret {
            secrets.add(&piece.text);
        }
        endpoint.push(&piece);
    }
    Ok(endpoint)
}

/// The integration's own base URL, whatever a call overrides; `None` where it has none, or lacks a value for it.
pub(super) fn own_base(target: &Target, values: &Values<'_>, secrets: &mut Secrets) -> Option<Url> {
    let integration = &target.integration;
    let template = integration.base_url.as_deref().or(integration.provider.proxy.base_url.as_deref())?;
    base(BASE, template, values, secrets).ok().map(|base| base.url)
}

/// Another URL that a template names, under the same rules: `place` is what errors call it.
pub(crate) fn template_url(
    place: &str,
    template: &str,
    values: &Values<'_>,
    secrets: &mut Secrets,
) -> Result<Url, HostError> {
    base(place, template, values, secrets).map(|base| base.url)
}

/// Whether a value decides to whose host a template's URL leads: one that is more than a name beneath a fixed one.
pub(crate) fn has_open_host(template: &str) -> bool {
    Template::parse(template).alternatives.iter().any(|segments| {
        let mut before = String::new();
        segments.iter().enumerate().any(|(index, segment)| {
            if let Segment::Text(text) = segment {
                before.push_str(text);
                return false;
            }
            let beneath =
                matches!(segments.get(index + 1), Some(Segment::Text(text)) if text.starts_with('.'));
            part_after(&before) != UrlPart::Path && !beneath
        })
    })
}

/// What errors call the base URL.
const BASE: &str = "the base URL";

/// The base URL with its values put in, as text and as URL.
struct Base {
    text: String,
    url: Url,
    /// Whether a credential is in it.
    secret: bool,
}

fn base(place: &str, template: &str, values: &Values<'_>, secrets: &mut Secrets) -> Result<Base, HostError> {
    let mut problem = None;
    for segments in &Template::parse(template).alternatives {
        match base_text(segments, values) {
            Ok(base) => return parsed_base(place, base, secrets),
            Err(BaseProblem::Unresolved(unresolved)) => problem = Some(unresolved),
            Err(BaseProblem::Host { placeholder, forbidden }) => {
                let message = format!(
                    "${{{placeholder}}} is a part of {place}'s host and its value holds {forbidden:?}"
                );
                return Err(configuration("invalid_url", message));
            }
        }
    }
    Err(match problem {
        Some(unresolved) => unresolved.into_error(place),
        None => configuration("unsupported_provider", format!("{place} is empty")),
    })
}

enum BaseProblem {
    Unresolved(Unresolved),
    Host { placeholder: String, forbidden: char },
}

/// Where in a URL a piece of a template stands.
#[derive(Clone, Copy, PartialEq, Eq)]
enum UrlPart {
    Start,
    Host,
    Path,
}

fn base_text(segments: &[Segment<'_>], values: &Values<'_>) -> Result<Rendered, BaseProblem> {
    let mut base = Rendered::default();
    let mut part = UrlPart::Start;
    for (index, segment) in segments.iter().enumerate() {
        let piece = values.segment(segment).map_err(BaseProblem::Unresolved)?;
        let following = match segments.get(index + 1) {
            Some(Segment::Text(next)) => next.chars().next(),
            Some(_) => Some('$'),
            None => None,
        };
        let ends_here = matches!(following, None | Some('/'));
        if let Segment::Value(name) | Segment::Call(name, _) = segment {
            let mut characters = piece.text.chars();
            let forbidden = match (part, ends_here) {
                // It is the whole origin, or the rest of the host: its owner decides the host anyway.
                (UrlPart::Start | UrlPart::Host, true) => characters.find(|c| unfit_for_url(*c)),
                (UrlPart::Start | UrlPart::Host, false) => {
                    characters.find(|c| *c == '/' || unfit_for_url(*c))
                }
                (UrlPart::Path, _) => characters.find(|c| c.is_control()),
            };
            if let Some(forbidden) = forbidden {
                return Err(BaseProblem::Host { placeholder: (*name).to_owned(), forbidden });
            }
        }
        base.push(&piece);
        part = part_after(&base.text);
    }
    Ok(base)
}

/// What may not stand in a host, nor in an address that is given as a whole.
fn unfit_for_url(character: char) -> bool {
    character.is_control() || character.is_whitespace() || matches!(character, '\\' | '?' | '#' | '@')
}

fn part_after(text: &str) -> UrlPart {
    match text.split_once("://") {
        None => UrlPart::Start,
        Some((_, rest)) if rest.contains('/') => UrlPart::Path,
        Some(_) => UrlPart::Host,
    }
}

fn parsed_base(place: &str, base: Rendered, secrets: &mut Secrets) -> Result<Base, HostError> {
    let Rendered { text, secret } = base;
    let url = Url::parse(&text).map_err(|error| {
        // A URL with a token in its path is not for an error message.
        let shown = if secret { "…" } else { &text };
        configuration("invalid_url", format!("{place} `{shown}` cannot be used: {error}"))
    })?;
    if !matches!(url.scheme(), "http" | "https") {
        return Err(configuration(
            "invalid_scheme",
            format!("{place}'s scheme is `{}`: http and https can be called", url.scheme()),
        ));
    }
    if !url.username().is_empty() || url.password().is_some() {
        return Err(configuration("invalid_url", format!("{place} holds a user name or password")));
    }
    if secret {
        url.path_segments().into_iter().flatten().for_each(|segment| secrets.add(segment));
    }
    let text = text.strip_suffix('/').unwrap_or(&text).to_owned();
    Ok(Base { text, url, secret })
}

/// The endpoint beneath the base.
fn joined(base: &Base, official: Option<&Base>, endpoint: &str) -> Result<Url, HostError> {
    let rest = match beneath(base, endpoint).or_else(|| beneath(official?, endpoint)) {
        Some(rest) => rest,
        None if is_absolute(endpoint) => {
            let message = format!(
                "the endpoint is a URL that does not start with the base URL at {}: pass its origin as baseUrlOverride",
                base.url.origin().ascii_serialization()
            );
            return Err(configuration("invalid_url", message));
        }
        None => endpoint.to_owned(),
    };
    let text = format!("{}/{}", base.text, rest.trim_start_matches('/'));
    let url =
        Url::parse(&text).map_err(|error| configuration("invalid_url", format!("invalid URL: {error}")))?;
    if url.origin() != base.url.origin() {
        return Err(configuration("invalid_url", "the endpoint leads to another host than the base URL"));
    }
    Ok(url)
}

fn is_absolute(endpoint: &str) -> bool {
    let start: String = endpoint.trim_start().chars().take(8).collect::<String>().to_ascii_lowercase();
    start.starts_with("http://") || start.starts_with("https://")
}

/// What of an absolute endpoint lies beneath the base; `None` where it does not start with it.
fn beneath(base: &Base, endpoint: &str) -> Option<String> {
    if !is_absolute(endpoint) {
        return None;
    }
    let url = Url::parse(endpoint).ok()?;
    let same = url.origin() == base.url.origin() && url.username().is_empty() && url.password().is_none();
    if !same {
        return None;
    }
    let path = url.path().strip_prefix(base.url.path().trim_end_matches('/'))?;
    // `/api` is no prefix of `/apis`.
    if !path.is_empty() && !path.starts_with('/') {
        return None;
    }
    Some(url.query().map_or_else(|| path.to_owned(), |query| format!("{path}?{query}")))
}

/// Puts a call's query into its URL.
pub(crate) fn add_params(url: &mut Url, params: Option<&Params>) -> Result<(), HostError> {
    match params {
        None => Ok(()),
        Some(Params::Text(text)) => {
            let text = text.strip_prefix('?').unwrap_or(text);
            if text.is_empty() {
                return Ok(());
            }
            if url.query().is_some() {
                let message = "`params` is a text and the endpoint has a query already: use one of both";
                return Err(configuration("invalid_query_params", message));
            }
            url.set_query(Some(text));
            Ok(())
        }
        Some(Params::Pairs(pairs)) => {
            set_parameters(url, pairs.iter().map(|(name, value)| (name.as_str(), value.as_str())));
            Ok(())
        }
    }
}

/// The query parameters of the provider's template, and the integration's key where it goes into the query.
pub(super) fn add_template_query(
    url: &mut Url,
    target: &Target,
    values: &Values<'_>,
    secrets: &mut Secrets,
) -> Result<(), HostError> {
    let query = target.integration.provider.proxy.query.iter();
    let key = match &target.integration.key_placement {
        Some(KeyPlacement::Query { name, value }) => Some((name, value)),
        Some(KeyPlacement::Header { .. }) | None => None,
    };
    for (name, value) in query.chain(key) {
        match values.render(&Template::parse(value)) {
            Ok(rendered) => {
                set_parameters(url, [(name.as_str(), rendered.text.as_str())]);
                if rendered.secret {
                    secrets.add_parameter(name);
                    secrets.add(&rendered.text);
                }
            }
            Err(unresolved) if unresolved.is_left_out() => {}
            Err(unresolved) => return Err(unresolved.into_error(&format!("the query parameter `{name}`"))),
        }
    }
    Ok(())
}

/// `URLSearchParams.set` for each: the first of that name gets the value, more of them go. However many there are, the query is
/// taken apart and put together once.
fn set_parameters<'a>(url: &mut Url, parameters: impl IntoIterator<Item = (&'a str, &'a str)>) {
    let mut parameters = parameters.into_iter().peekable();
    if parameters.peek().is_none() {
        return;
    }
    let mut pairs: Vec<Option<(String, String)>> = url.query_pairs().into_owned().map(Some).collect();
    let mut places: HashMap<String, Vec<usize>> = HashMap::new();
    for (index, (name, _)) in pairs.iter().flatten().enumerate() {
        places.entry(name.clone()).or_default().push(index);
    }
    for (name, value) in parameters {
        let places = places.entry(name.to_owned()).or_default();
        let first = match places.first() {
            Some(first) => *first,
            None => {
                places.push(pairs.len());
                pairs.push(None);
                pairs.len() - 1
            }
        };
        for place in std::mem::take(places) {
            if let Some(pair) = pairs.get_mut(place) {
                *pair = (place == first).then(|| (name.to_owned(), value.to_owned()));
            }
        }
        places.push(first);
    }
    url.query_pairs_mut().clear().extend_pairs(pairs.into_iter().flatten());
}

#[cfg(test)]
#[path = "url_tests.rs"]
mod tests;
