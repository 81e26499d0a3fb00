//! Access tokens that are refreshed when a connection is used: one refresh of a connection at a time, on all nodes.

mod ask;
mod due;
mod refresher;

pub(crate) use self::ask::{Ask, Rights};
pub(crate) use self::due::Demand;
pub use self::due::RefreshTiming;
pub use self::refresher::{RefusalListener, TokenRefresher, TokenRefresherOptions};
