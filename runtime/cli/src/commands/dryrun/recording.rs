//! The walls and ears around the host of a dry run, and the fixture that is saved after it.

use std::sync::Arc;

use onevent_contract::{ConnectionFacts, Function, Host, RunReport};
use onevent_hosts::ReadOnlyHost;
use onevent_testing::RecordingHost;
use serde_json::Value;

use super::fixture_file::{Existing, FixtureFile};
use crate::args::{DryrunArgs, FixtureCase};
use crate::failure::Failure;
use crate::session::Session;

/// The host that the run sees.
pub(crate) struct Surrounded<'a> {
    pub(crate) host: Arc<dyn Host>,
    recorder: Option<Recorder<'a>>,
}

/// Who records, and where that goes.
struct Recorder<'a> {
    host: Arc<RecordingHost>,
    case: FixtureCase<'a>,
    existing: Existing,
}

/// Puts around a host what the command line asks for.
pub(crate) fn surround(args: &DryrunArgs, host: Arc<dyn Host>) -> Surrounded<'_> {
    let host = if args.read_only { Arc::new(ReadOnlyHost::new(host)) } else { host };
    let Some(case) = args.save() else {
        return Surrounded { host, recorder: None };
    };
    let existing = if args.force { Existing::Replaced } else { Existing::Kept };
    let recorder = Arc::new(RecordingHost::new(host));
    let host = Arc::clone(&recorder) as Arc<dyn Host>;
    Surrounded { host, recorder: Some(Recorder { host: recorder, case, existing }) }
}

/// What was called, as it is recorded.
pub(crate) struct Saved<'a> {
    pub(crate) function: &'a Function,
    pub(crate) facts: &'a ConnectionFacts,
    pub(crate) input: &'a Value,
    pub(crate) report: &'a RunReport,
}

impl Surrounded<'_> {
    /// Saves the fixture of the run, where one is wanted; the remark about it.
    ///
    /// # Errors
    /// When the file holds another recording, or cannot be written.
    pub(crate) fn save(&self, session: &Session, saved: &Saved<'_>) -> Result<Option<String>, Failure> {
        let Some(recorder) = &self.recorder else { return Ok(None) };
        let input = saved.function.event().is_none().then_some(saved.input);
        let Some(fixture) = recorder.host.fixture(saved.facts, input, saved.report) else {
            return Ok(Some("nothing saved: the run did not come to its end\n".into()));
        };
        let file = FixtureFile::of(session, &saved.function.key, recorder.case);
        file.write(&fixture.to_text(), recorder.existing).map(Some)
    }
}
