//! onevent as a subject: its engine with the real proxy, as an embedder puts them together.

mod host;
mod serve;

pub(crate) use serve::{EngineArguments, serve};
