//! The types of values: how each is written, read and shown.

mod admission;
mod bounded;
mod choice;
mod destination;
mod durable;
mod host;
mod limit;
mod server;
mod setting_value;
mod url;

pub use self::admission::{QueueLength, QueueWait, RunPlaces, Share};
pub use self::destination::Destinations;
pub use self::durable::{KeptFor, RetryCount, RetryWait};
pub use self::host::Hosts;
pub use self::limit::{CpuLimit, HeapLimit, WallLimit};
pub use self::server::{BodyLimit, DrainTime, PrewarmedMemory, RequestRate};
pub use self::setting_value::Invalid;
pub(super) use self::setting_value::{Secrecy, SettingValue, Written};
pub use self::url::{ApiUrl, BaseUrl, WebUrl};
