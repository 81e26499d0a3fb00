//! Runs that are executed in another process: what crosses, and the engine's part on the parent's side.
//!
//! The parent keeps everything that decides: the metadata and its schema, the input's and the output's checks, the effects and
//! what is hidden in them, the host. A child gets a function's modules and what `exec` is called with, and gives back how
//! that ended.

mod checked;
mod elsewhere;
mod end;
mod order;
mod places;
mod seam;

pub use self::checked::Checked;
pub(crate) use self::elsewhere::Elsewhere;
pub use self::end::{ChildEnd, Settled, Stopped};
pub use self::order::{DescribeOrder, RunOrder};
pub use self::seam::{ChildFailure, DescribeElsewhere, LoadNumber, Processes, RunElsewhere, StopAsked};
