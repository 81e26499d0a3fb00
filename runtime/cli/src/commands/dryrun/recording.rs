//! The walls and ears around the host of a dry run, and the fixture that is saved after it.

use std::sync::Arc;

use onevent_contract::{ConnectionFacts, Function, Host, RunReport};
use onevent_hosts::ReadOnlyHost;
use onevent_lifecycle::DryRun;
use onevent_testing::RecordingHost;

use super::fixture_file::{Existing, FixtureFile};
use crate::args::DryrunArgs;
use crate::failure::Failure;
use crate::session::Session;

/// Where the recording of a run goes, and what becomes of another one there.
pub(super) struct Recording {
    file: FixtureFile,
    existing: Existing,
}

/// The recording that the command line asks for.
///
/// # Errors
/// When it cannot be saved, whatever the run does.
pub(super) fn wanted(
    session: &Session,
    args: &DryrunArgs,
    function: &Function,
) -> Result<Option<Recording>, Failure> {
    let Some(case) = args.save() else { return Ok(None) };
    let file = FixtureFile::of(session, &function.key, case);
    file.check()?;
    let existing = if args.force { Existing::Replaced } else { Existing::Kept };
    Ok(Some(Recording { file, existing }))
}

/// The host that the run sees, and what listens to it.
pub(super) struct Surrounded {
    pub(super) host: Arc<dyn Host>,
    pub(super) recorder: Option<Recorder>,
}

/// What hears a run, and where it is written down.
pub(super) struct Recorder {
    host: Arc<RecordingHost>,
    recording: Recording,
}

/// Puts around a host what the command line asks for.
pub(super) fn surround(
    session: &Session,
    args: &DryrunArgs,
    host: Arc<dyn Host>,
    recording: Option<Recording>,
    facts: &ConnectionFacts,
) -> Result<Surrounded, Failure> {
    let host = if args.read_only { Arc::new(ReadOnlyHost::new(host)) } else { host };
    let Some(recording) = recording else {
        return Ok(Surrounded { host, recorder: None });
    };
    let mut listening = RecordingHost::new(host);
    // What only the template knows to be secret may be too short to be searched for.
    if let Ok(own) = session.service.integrations()?.get_or(&facts.integration, Some(&facts.provider)) {
        listening = listening.with_fields(own.provider.field_templates());
    }
    let host = Arc::new(listening);
    Ok(Surrounded { host: Arc::clone(&host) as _, recorder: Some(Recorder { host, recording }) })
}

impl Recorder {
    /// Saves the fixture of the run; the remark about it.
    ///
    /// # Errors
    /// When the file holds another recording, or cannot be written.
    pub(super) fn save(&self, run: &DryRun, report: &RunReport) -> Result<String, Failure> {
        let input = run.function.event().is_none().then_some(&run.input);
        let Some(fixture) = self.host.fixture(&run.connection, input, report) else {
            return Ok("nothing saved: the run did not come to its end\n".into());
        };
        self.recording.file.write(&fixture.to_text(), self.recording.existing)
    }
}
