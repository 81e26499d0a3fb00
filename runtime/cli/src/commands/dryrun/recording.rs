//! The walls and ears around the host of a dry run, and the fixture that is saved after it.

use std::sync::Arc;

use onevent_contract::{ConnectionFacts, Function, Host, RunReport};
use onevent_hosts::{ReadOnlyHost, RecordingHost};
use serde_json::Value;

use crate::args::DryrunArgs;
use crate::commands::test::fixture_path;
use crate::failure::Failure;
use crate::session::Session;

/// The host that the run sees.
pub(crate) struct Surrounded {
    pub(crate) host: Arc<dyn Host>,
    recorder: Option<Arc<RecordingHost>>,
}

/// Puts around a host what the command line asks for.
pub(crate) fn surround(args: &DryrunArgs, host: Arc<dyn Host>) -> Surrounded {
    let host = if args.read_only { Arc::new(ReadOnlyHost::new(host)) } else { host };
    if !args.save {
        return Surrounded { host, recorder: None };
    }
    let recorder = Arc::new(RecordingHost::new(host));
    Surrounded { host: Arc::clone(&recorder) as Arc<dyn Host>, recorder: Some(recorder) }
}

/// What was called, as it is recorded.
pub(crate) struct Saved<'a> {
    pub(crate) function: &'a Function,
    pub(crate) facts: &'a ConnectionFacts,
    pub(crate) input: &'a Value,
    pub(crate) report: &'a RunReport,
}

impl Surrounded {
    /// Saves the fixture of the run, where one is wanted; the remark about it.
    ///
    /// # Errors
    /// When the file cannot be written.
    pub(crate) fn save(&self, session: &Session, saved: &Saved<'_>) -> Result<Option<String>, Failure> {
        let Some(recorder) = &self.recorder else { return Ok(None) };
        let input = saved.function.event().is_none().then_some(saved.input);
        let Some(fixture) = recorder.fixture(saved.facts, input, saved.report) else {
            return Ok(Some("nothing saved: the run did not come to its end\n".into()));
        };
        let key = &saved.function.key;
        let path = fixture_path(session.folder(), key.integration.as_str(), key.name.as_str());
        let written = path.parent().map_or(Ok(()), std::fs::create_dir_all);
        written
            .and_then(|()| std::fs::write(&path, fixture.to_text()))
            .map_err(|error| Failure::internal(format!("{} cannot be written: {error}", path.display())))?;
        Ok(Some(format!("saved {}/tests/{}.test.json\n", key.integration, key.name)))
    }
}
