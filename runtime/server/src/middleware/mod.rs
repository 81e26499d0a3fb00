//! What happens to every request on its way to its route.

mod authentication;
mod panic;
mod rate_limit;
mod request_id;
mod slash;
mod trace;

pub(crate) use authentication::{Caller, authenticate};
pub(crate) use panic::answer_panic;
pub(crate) use rate_limit::limit_rate;
pub(crate) use request_id::identify;
pub(crate) use slash::with_plain_path;
pub(crate) use trace::{on_response, span};
