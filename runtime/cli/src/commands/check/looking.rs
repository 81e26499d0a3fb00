//! Looking at files by their syntax.

use onevent_check::{Checked, Rules};
use onevent_engine::ProjectSource;

use crate::failure::Failure;
use crate::session::Session;

/// Looks at the files of these functions, on a thread that may take its time.
pub(super) async fn look_at(
    session: &Session,
    entries: Vec<String>,
    rules: Rules,
) -> Result<Checked, Failure> {
    let source = ProjectSource::directory(session.folder());
    let looking = tokio::task::spawn_blocking(move || onevent_check::check(&source, &entries, rules));
    let checked = looking.await.map_err(|error| Failure::internal(error.to_string()))?;
    checked.map_err(|error| Failure::from(&error))
}
