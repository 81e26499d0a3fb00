//! What crosses between a child and its parent: frames of one message each.

mod decoder;
mod error;
mod from_child;
mod header;
mod to_child;

pub(crate) use self::decoder::Decoder;
pub(crate) use self::error::WireError;
pub(crate) use self::from_child::FromChild;
pub(crate) use self::header::{HEADER_BYTES, Header};
pub(crate) use self::to_child::{ModulesNumber, ToChild};
