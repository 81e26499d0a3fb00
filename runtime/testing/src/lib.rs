//! What an author's own tests say about the functions they test.
//!
//! Nothing here runs a function, or names V8.
#![forbid(unsafe_code)]

pub mod vitest;
