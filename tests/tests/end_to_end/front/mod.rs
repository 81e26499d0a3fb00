//! `onevent serve --nango`: in front of a Nango.

mod behind;
mod comparison;
mod deletion;
mod hostile;
mod import;
mod requests;
mod stage;
mod webhooks;
