//! What is a secret, and how it is hidden in texts that people read.
//!
//! [`Kept`] is the rule that tells secrets from what may be read: of credentials, of a connection's settings and of
//! variables. A [`Redactor`] holds the secrets that a run was given, and finds them in every spelling that a program
//! produces by itself: as they are, escaped for URLs, forms, JSON, JavaScript, HTML and XML, in base64 and in
//! hexadecimal, and in two or three of these one over the other. A program that makes up a spelling of its own is not
//! found out: nothing here holds a function that wants to tell what it was given.
#![forbid(unsafe_code)]

mod json;
mod redactor;
mod search;
mod sensitivity;
mod spelling;
mod view;

pub use redactor::{REDACTED, Redactor, SHORTEST_HIDDEN, SHORTEST_WITHIN_WORDS};
pub use secrecy::{ExposeSecret, SecretString};
pub use sensitivity::Kept;
