//! In front of a Nango: what happens to connections that it keeps, and in which order.
//!
//! Nango makes, changes and deletes its connections itself; onevent learns of it and decides. Nothing of a connection is
//! stored but what was decided.
//!
//! | operation | order |
//! | --- | --- |
//! | [`UpstreamLifecycle::created`] | validation → setup in the queue, then the app is told; or deleted at Nango |
//! | [`UpstreamLifecycle::overridden`] | validation → usable, or marked as rejected here |
//! | [`UpstreamLifecycle::begin_import`] | made by Nango for whoever asked → one of the two |
//! | [`UpstreamLifecycle::clean_up`] | cleanup → deleted at Nango by whoever asked |

mod creation;
mod deletion;
mod environments;
mod import;
mod judging;
mod lifecycle;
mod occasion;
mod overriding;
mod setup;
mod standing;
mod stock;
mod told;
mod webhook;

pub use self::deletion::CleanedUp;
pub use self::environments::{UpstreamEnvironment, UpstreamEnvironments};
pub use self::import::{Before, UpstreamImport};
pub use self::lifecycle::{UpstreamDecision, UpstreamLifecycle, rejection};
pub(crate) use self::setup::UpstreamSetup;
pub use self::stock::{Stock, forget_noted, note_deleted_behind, take_stock, take_stock_again};
pub use self::told::Learned;
pub use self::webhook::{NangoWebhook, WebhookKind};
