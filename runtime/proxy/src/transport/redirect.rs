//! Redirects, by hand: each hop is a request that has to be allowed.
//!
//! Methods and bodies change as browsers change them (Fetch standard, "HTTP-redirect fetch"). On the way to another
//! origin every header that carries a credential stays behind, the template's own (`x-api-key`) included, and a body
//! into which the template put a credential is not sent at all. `forward_headers_on_redirect` keeps the headers, but
//! never from https to http, and never to a host for which the credentials are sealed. A body that was passed on while
//! it arrived cannot be sent again: a redirect that asks for it fails the call, as with `fetch`.

use http::header::{AUTHORIZATION, COOKIE, HOST, LOCATION, PROXY_AUTHORIZATION};
use http::{HeaderMap, HeaderName, Method, StatusCode};

use super::Failure;
use super::answer::Answer;
use super::hop::{Hop, HopBody};
use crate::request::BuiltRequest;

/// What follows on an answer.
#[derive(Debug)]
pub(crate) enum Next {
    /// It is the last one.
    Done,
    /// This request.
    Follow(Box<Hop>),
    /// A request that would hand a credential to another origin.
    Denied(&'static str),
}

/// What follows on `answer` to `hop`, for a call with a connection's credentials.
pub(crate) fn next_hop(request: &BuiltRequest, hop: &Hop, answer: &impl Answer) -> Result<Next, Failure> {
    let Some(mut next) = redirected(hop, answer)? else { return Ok(Next::Done) };
    if next.url.origin() != hop.url.origin() {
        if next.body.is_some() && request.credential_body {
            return Ok(Next::Denied("it would send a credential in the body to another origin"));
        }
        let downgrade = request.url.scheme() == "https" && next.url.scheme() != "https";
        if !request.forward_headers_on_redirect || downgrade || !request.reach.covers(&next.url) {
            drop_credentials(&mut next.headers, &request.credential_headers);
        }
    }
    Ok(Next::Follow(Box::new(next)))
}

/// What follows on `answer` to `hop`, for a request that nobody but its author put credentials into; `None` where
/// nothing does.
pub(crate) fn next_plain_hop(hop: &Hop, answer: &impl Answer) -> Result<Option<Hop>, Failure> {
    let Some(mut next) = redirected(hop, answer)? else { return Ok(None) };
    if next.url.origin() != hop.url.origin() {
        drop_credentials(&mut next.headers, &[]);
    }
    Ok(Some(next))
}

/// The request that an answer redirects to, with the method and body that it then has.
fn redirected(hop: &Hop, answer: &impl Answer) -> Result<Option<Hop>, Failure> {
    let status = answer.status();
    let redirects = [
        StatusCode::MOVED_PERMANENTLY,
        StatusCode::FOUND,
        StatusCode::SEE_OTHER,
        StatusCode::TEMPORARY_REDIRECT,
        StatusCode::PERMANENT_REDIRECT,
    ];
    let Some(location) = answer.header(LOCATION.as_str()).filter(|_| redirects.contains(&status)) else {
        return Ok(None);
    };
    let mut url = hop.url.join(&location).map_err(|error| Failure::bad_redirect(&error.to_string()))?;
    url.set_fragment(None);
    let mut next =
        Hop { method: hop.method.clone(), url, headers: hop.headers.clone(), body: hop.body.clone() };
    let becomes_get = match status {
        StatusCode::SEE_OTHER => hop.method != Method::GET && hop.method != Method::HEAD,
        StatusCode::MOVED_PERMANENTLY | StatusCode::FOUND => hop.method == Method::POST,
        _ => false,
    };
    if becomes_get {
        next.method = Method::GET;
        next.body = None;
        let names: Vec<HeaderName> =
            next.headers.keys().filter(|name| describes_body(name)).cloned().collect();
        names.iter().for_each(|name| drop(next.headers.remove(name)));
    }
    if matches!(next.body, Some(HopBody::Passing(_))) {
        return Err(Failure::body_is_gone());
    }
    Ok(Some(next))
}

fn describes_body(name: &HeaderName) -> bool {
    name.as_str().starts_with("content-") || name == http::header::TRANSFER_ENCODING
}

fn drop_credentials(headers: &mut HeaderMap, carrying: &[HeaderName]) {
    for name in [AUTHORIZATION, PROXY_AUTHORIZATION, COOKIE, HOST].iter().chain(carrying) {
        headers.remove(name);
    }
}
