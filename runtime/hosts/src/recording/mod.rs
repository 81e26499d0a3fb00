//! Recording a run into a fixture.

mod calls;
mod host;

pub use self::host::RecordingHost;
