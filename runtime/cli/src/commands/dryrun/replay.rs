//! `onevent dryrun --replay`: a run over its fixture, without network and database.

use std::sync::Arc;

use onevent_app::read_text;
use onevent_contract::{ConnectionFacts, Function};
use onevent_lifecycle::DryRun;
use onevent_testing::{Fixture, MAX_FIXTURE_BYTES, completed, fixture_path, replay_host};
use serde_json::Value;

use crate::args::{DryrunArgs, FixtureCase};
use crate::commands::test::{provider_facts, sealed};
use crate::exit::ExitCode;
use crate::failure::Failure;
use crate::session::Session;

/// The run, over its recording. `input` replaces the recorded one.
///
/// # Errors
/// When there is no recording, or it cannot be read.
pub(super) fn prepare(
    session: &Session,
    args: &DryrunArgs,
    function: Arc<Function>,
    case: FixtureCase<'_>,
    input: Option<Value>,
) -> Result<DryRun, Failure> {
    let fixture = read(session, &function, case)?;
    let invalid = |message: String| Failure::project("invalid_fixture", message);
    let input = input.or_else(|| fixture.input().cloned()).unwrap_or_default();
    let integrations = session.service.integrations()?;
    let provider_of =
        |recorded: Option<&str>| provider_facts(&integrations, &function.key.integration, recorded);
    let (host, recorded) =
        replay_host(&function, fixture, provider_of).map_err(|error| invalid(error.to_string()))?;
    let facts = ConnectionFacts { connection_id: args.connection_id.clone(), ..recorded };
    let host = sealed(&integrations, Arc::new(host), &facts);
    Ok(DryRun {
        limits: session.service.settings().limits_for(&function.key),
        function,
        input,
        connection: facts,
        environment: session.service.environment().clone(),
        validation: args.validation(),
        host,
    })
}

fn read(session: &Session, function: &Function, case: FixtureCase<'_>) -> Result<Fixture, Failure> {
    let key = &function.key;
    let stem = case.stem(key.name.as_str());
    let path = fixture_path(session.folder(), key.integration.as_str(), &stem);
    let shown = format!("{}/tests/{stem}.test.json", key.integration);
    let text = read_text(&path, MAX_FIXTURE_BYTES).map_err(|error| {
        Failure::new(ExitCode::Failed, "no_fixtures", format!("{shown} cannot be read: {error}"))
            .hint("onevent dryrun … --save writes it")
    })?;
    let fixture = Fixture::parse(&text)
        .map_err(|error| Failure::project("invalid_fixture", format!("{shown}: {error}")))?;
    Ok(completed(session.folder(), key.integration.as_str(), &stem, fixture))
}
