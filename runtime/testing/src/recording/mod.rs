//! Recording a run into a fixture.

mod calls;
mod host;
mod secrets;

pub use self::host::RecordingHost;
