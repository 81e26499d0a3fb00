//! A process that is asked to stop, by Ctrl-C or by SIGTERM.

use tokio::signal::unix::{SignalKind, signal};

use crate::exit::ExitCode;
use crate::failure::Failure;

/// What asks the process to stop.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum StopSignal {
    /// Ctrl-C.
    Interrupt,
    /// The end of a service, a container or a machine.
    Terminate,
}

impl StopSignal {
    /// Waits for the next one. Where signals cannot be listened to, the system ends the process itself.
    pub(crate) async fn next() -> Self {
        let (Ok(mut interrupt), Ok(mut terminate)) =
            (signal(SignalKind::interrupt()), signal(SignalKind::terminate()))
        else {
            return std::future::pending().await;
        };
        tokio::select! {
            _ = interrupt.recv() => Self::Interrupt,
            _ = terminate.recv() => Self::Terminate,
        }
    }

    /// How a process ends that was stopped by it: 128 and the signal's number, as a shell says it.
    pub(crate) fn exit(self) -> ExitCode {
        match self {
            Self::Interrupt => ExitCode::Interrupted,
            Self::Terminate => ExitCode::Terminated,
        }
    }

    /// A command that was stopped, with nothing more to say about it.
    pub(crate) fn failure(self) -> Failure {
        let failure = Failure::interrupted("the command was stopped");
        Failure { exit: self.exit(), ..failure }.hint("what functions did at a provider stays")
    }
}
