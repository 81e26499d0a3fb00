//! The engine against real isolates. One test binary: linking V8 is dear.

mod globals;
mod limits;
mod loading;
mod metadata;
mod outcomes;
mod support;
