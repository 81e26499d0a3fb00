//! Nango's `${…}` language: templates, and the values they are filled with.
//!
//! A value is put in as it is and never read as a template again, so what a customer writes into a connection's
//! settings cannot name a credential.

mod date;
mod parse;
mod values;

pub(crate) use parse::{Segment, Template};
pub(crate) use values::{Credentialed, Rendered, RequestParts, Unresolved, Values};
