//! What a run did outside itself, in order.
//!
//! Effects travel as messages, from wherever they happen, to the one [`EffectLog`] of their run. It holds the values
//! that must not be shown.

mod action;
mod collected;
mod collector;
mod hidden;
mod http;
mod log;
mod message;
mod metadata;
mod recorded;
mod sender;
mod warning;

use self::action::ActionProgress;
pub use self::action::{ActionAct, ActionEnd, TriggeredAction};
pub use self::collected::Effects;
pub use self::collector::EffectLog;
pub use self::hidden::HiddenValues;
pub use self::http::{HttpEffect, HttpOutcome, HttpRequest};
pub use self::log::{LogLevel, LogLine};
pub use self::message::{EffectId, EffectMessage, EffectSink};
pub use self::metadata::{MetadataWriteEffect, MetadataWriteKind, NewestMetadata};
pub use self::recorded::{MAX_HTTP_EFFECTS, MAX_LOG_BYTES, MAX_LOG_LINES, MAX_LOG_MEMORY};
pub use self::sender::{ActionInFlight, EffectSender, HttpInFlight, MetadataWriteInFlight};
pub use self::warning::{Warning, WarningCode};
