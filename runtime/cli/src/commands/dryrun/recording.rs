//! The walls and ears around the host of a dry run, and the fixture that is saved after it.

use std::sync::Arc;

use onevent_contract::{ConnectionFacts, Function, Host, RunReport};
use onevent_hosts::ReadOnlyHost;
use onevent_testing::RecordingHost;
use serde_json::Value;

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

/// The host that the run sees.
pub(super) struct Surrounded {
    pub(super) host: Arc<dyn Host>,
    recorder: Option<(Arc<RecordingHost>, Recording)>,
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
    let mut recorder = RecordingHost::new(host);
    // What only the template knows to be secret may be too short to be searched for.
    if let Ok(own) = session.service.integrations()?.get_or(&facts.integration, Some(&facts.provider)) {
        recorder = recorder.with_fields(own.provider.field_templates());
    }
    let recorder = Arc::new(recorder);
    Ok(Surrounded { host: Arc::clone(&recorder) as _, recorder: Some((recorder, recording)) })
}

/// What was called, as it is recorded.
pub(super) struct Saved<'a> {
    pub(super) function: &'a Function,
    pub(super) facts: &'a ConnectionFacts,
    pub(super) input: &'a Value,
    pub(super) report: &'a RunReport,
}

impl Surrounded {
    /// Saves the fixture of the run, where one is wanted; the remark about it.
    ///
    /// # Errors
    /// When the file holds another recording, or cannot be written.
    pub(super) fn save(&self, saved: &Saved<'_>) -> Result<Option<String>, Failure> {
        let Some((recorder, Recording { file, existing })) = &self.recorder else { return Ok(None) };
        let input = saved.function.event().is_none().then_some(saved.input);
        let Some(fixture) = recorder.fixture(saved.facts, input, saved.report) else {
            return Ok(Some("nothing saved: the run did not come to its end\n".into()));
        };
        file.write(&fixture.to_text(), *existing).map(Some)
    }
}
