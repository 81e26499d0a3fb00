//! In front of a Nango: what happens to connections that it keeps, and in which order.
//!
//! Nango makes, changes and deletes its connections itself; onevent learns of it and decides. Nothing of a connection is
//! stored but what was decided.
//!
//! | operation | order |
//! | --- | --- |
//! | [`UpstreamLifecycle::created`] | validation → setup in the queue, then the app is told; or deleted at Nango |
//! | [`UpstreamLifecycle::overridden`] | validation → usable, or marked as rejected here |
//! | [`UpstreamLifecycle::clean_up`] | cleanup → deleted at Nango by whoever asked |

mod creation;
mod deletion;
mod environments;
mod lifecycle;
mod overriding;
mod setup;
mod stock;
mod told;
mod webhook;

pub use self::deletion::CleanedUp;
pub use self::environments::{UpstreamEnvironment, UpstreamEnvironments};
pub use self::lifecycle::{UpstreamDecision, UpstreamLifecycle, rejection};
pub(crate) use self::setup::UpstreamSetup;
pub use self::stock::{Stock, note_deleted_behind, take_stock};
pub use self::told::Learned;
pub use self::webhook::{NangoWebhook, WebhookKind};
