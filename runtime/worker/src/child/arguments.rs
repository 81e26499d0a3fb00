//! What a child is started with.

use std::ffi::OsString;

use rustix::process::{Pid, getppid};

use crate::attempt::Attempt;

/// What tries something with all doors closed.
pub(crate) const ATTEMPT: &str = "--attempt";
/// What tries something with none closed.
pub(crate) const ATTEMPT_IN_THE_OPEN: &str = "--attempt-in-the-open";

/// What a child is started with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Arguments {
    parent: Pid,
    /// The heap of the runs to come.
    pub(super) heap_bytes: u64,
    pub(super) task: Task,
}

/// What a child is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Task {
    /// To take orders.
    Serve,
    /// To try something with all doors closed.
    Attempt(Attempt),
    /// To try it with none closed: what is refused then says nothing of the doors.
    AttemptInTheOpen(Attempt),
}

impl Arguments {
    /// `--parent PID --heap-bytes N`, and `--attempt WHAT` or `--attempt-in-the-open WHAT`: what the parent writes, and nothing
    /// else.
    pub(super) fn read(arguments: impl IntoIterator<Item = OsString>) -> Option<Self> {
        let mut arguments = arguments.into_iter();
        let mut value = |name: &str| -> Option<u64> {
            (arguments.next()? == *name).then_some(())?;
            arguments.next()?.to_str()?.parse().ok()
        };
        let parent = i32::try_from(value("--parent")?).ok()?;
        let heap_bytes = value("--heap-bytes")?;
        let task = match arguments.next() {
            None => Task::Serve,
            Some(what) => {
                let attempt = arguments.next()?.to_str()?.parse().ok()?;
                match what.to_str()? {
                    ATTEMPT => Task::Attempt(attempt),
                    ATTEMPT_IN_THE_OPEN => Task::AttemptInTheOpen(attempt),
                    _ => return None,
                }
            }
        };
        arguments.next().is_none().then_some(Self { parent: Pid::from_raw(parent)?, heap_bytes, task })
    }

    /// Whether the parent is still there.
    pub(super) fn is_child_of_its_parent(self) -> bool {
        getppid() == Some(self.parent)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(words: &[&str]) -> Option<Arguments> {
        Arguments::read(words.iter().map(OsString::from))
    }

    #[test]
    fn what_the_parent_writes_is_read_and_nothing_else() {
        let read_back = read(&["--parent", "7", "--heap-bytes", "1024"]).unwrap();
        assert_eq!((read_back.parent.as_raw_nonzero().get(), read_back.heap_bytes), (7, 1024));
        for wrong in [
            &["--parent", "7"][..],
            &["--parent", "0", "--heap-bytes", "1"],
            &["--parent", "x", "--heap-bytes", "1"],
            &["--heap-bytes", "1", "--parent", "7"],
            &["--parent", "7", "--heap-bytes", "1", "more"],
            &[],
        ] {
            assert_eq!(read(wrong), None, "{wrong:?}");
        }
    }
}
