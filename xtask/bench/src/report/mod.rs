//! What is left when it has measured: a page with its charts, and the raw figures.

mod bars;
mod curve;
mod headlines;
mod memory;
mod page;
mod table;

pub(crate) use bars::bars;
pub(crate) use curve::curve;
pub(crate) use page::{Content, page};
