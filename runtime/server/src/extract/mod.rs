//! What routes read of a request.

mod authorized;
mod issue;
mod json;
mod path;
mod query;

pub(crate) use authorized::{Authorized, Needs, needs};
pub(crate) use json::{JsonBody, present};
pub(crate) use path::PathOf;
pub(crate) use query::{FromQuery, NoQuery, QueryReader, StrictQuery};
