//! Tokens: the grants of OAuth 2 that need nobody's consent (RFC 6749, sections 4.4 and 6), at the endpoints that
//! providers' templates name.
//!
//! The crate `oauth2` makes requests and reads answers by the standard. What providers have instead of it (bodies of
//! JSON, other names of parameters, errors with status 200) is turned into the standard's form, and out of it, on the
//! way: [`shape`] does it with requests, [`answer`] with answers.
//!
//! A token endpoint gets the client's secret and the refresh token, so it is asked once, under the egress policy of the
//! integration's calls, and a redirect is never followed.

mod answer;
mod client;
mod failure;
mod fetch;
mod grant;
mod shape;
mod template;
mod token;

pub use self::failure::TokenFailure;
pub use self::grant::{Grant, NoGrant};
