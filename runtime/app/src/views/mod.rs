//! What is kept, as documents show it: one form for the command line and for the HTTP API.

mod event;
mod run;
mod webhook;

pub use self::event::{DecisionError, ListedAct, ListedDecision, ListedEvent};
pub use self::run::ListedRun;
pub use self::webhook::{ListedWebhook, ShownAttempt, ShownWebhook};
