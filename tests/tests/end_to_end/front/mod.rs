//! `onevent serve --nango`: in front of a Nango.

mod comparison;
mod deletion;
mod import;
mod requests;
mod stage;
mod webhooks;
