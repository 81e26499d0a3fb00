//! What an independent runner of Nango's functions must match, row by row: each row is a test of its own, named after
//! what it is about, and runs a function through the program against a real provider, or against a real Nango API.
//!
//! Where onevent differs on purpose, the row says so, and its comment says why.

#[macro_use]
mod row;

mod command_line;
mod definition;
mod egress;
mod errors;
mod facade;
mod fixtures;
mod http;
mod members;
mod metadata;
mod modules;
mod pagination;
mod project;
mod requests;
mod retries;
mod seal;
