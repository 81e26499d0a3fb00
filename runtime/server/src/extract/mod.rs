//! What routes read of a request.

mod authorized;
mod client;
mod issue;
mod json;
mod path;
mod precondition;
mod query;

pub(crate) use authorized::{Authorized, Needs, needs};
pub(crate) use client::client;
pub(crate) use json::{JsonBody, present};
pub(crate) use path::PathOf;
pub(crate) use precondition::Precondition;
pub(crate) use query::{FromQuery, NoQuery, QueryReader, StrictQuery};
