//! `onevent dryrun`: one function, real requests, nothing kept.

mod choose;
mod connection;
mod fixture_file;
mod given_connection;
mod nango_api;
mod recording;
mod replay;
mod reply;

use onevent_app::HostedRun;
use onevent_contract::{ErrorType, Function, FunctionKind, JsonObject, RunError};
use onevent_lifecycle::DryRun;
use onevent_store::Store;
use serde_json::Value;

use self::choose::{Chosen, Side, choose};
use self::connection::Wanted;
use self::given_connection::GivenConnection;
use self::recording::{Recorder, Surrounded};
use self::reply::reply;
use crate::args::DryrunArgs;
use crate::failure::Failure;
use crate::function_names;
use crate::input;
use crate::inspect::Inspector;
use crate::output::Reply;
use crate::session::Session;

/// What the command line hands in.
struct DryrunInputs {
    connection: Option<GivenConnection>,
    metadata: Option<JsonObject>,
    input: Option<Value>,
}

impl DryrunInputs {
    async fn read(session: &Session, args: &DryrunArgs) -> Result<Self, Failure> {
        input::one_from_stdin(&[
            ("--connection", args.connection.as_deref()),
            ("--metadata", args.metadata.as_deref()),
            ("--input", args.input.as_deref()),
        ])?;
        let folder = &session.directory;
        let connection = match &args.connection {
            Some(value) => Some(GivenConnection::read(value, folder).await?),
            None => None,
        };
        let metadata = match &args.metadata {
            Some(text) => Some(input::object("--metadata", text, folder).await?),
            None => None,
        };
        let input = match &args.input {
            Some(text) => Some(input::value("--input", text, folder).await?),
            None => None,
        };
        Ok(Self { connection, metadata, input })
    }
}

/// A run that is ready to begin, and what is said beside its report.
struct Prepared {
    run: DryRun,
    recorder: Option<Recorder>,
    notes: String,
    /// The host of the Nango or the server that the run is against.
    against: Option<String>,
}

/// Runs the function and shows its report.
pub(crate) async fn run(session: &Session, args: &DryrunArgs) -> Result<Reply, Failure> {
    if args.timings {
        session.service.engine()?.report_timings();
    }
    let _inspector = inspector(session, args).await?;
    let Prepared { run, recorder, notes, against } = tokio::select! {
        prepared = prepare(session, args) => prepared?,
        // Nothing has happened yet, so nothing is waited for.
        () = session.service.interrupted() => return Err(Failure::interrupted("the run did not start")),
    };
    let report = session.service.dry_run(run.clone()).await?.report;
    let saved = recorder.map(|recorder| recorder.save(&run, &report)).transpose();
    let mut reply = reply(session, &report)?.note(&notes);
    if let (Some(against), Some(document)) = (against, reply.document.as_object_mut()) {
        document.insert("remote".into(), against.into());
    }
    let reply = match saved {
        Ok(remark) => reply.note(remark.as_deref().unwrap_or_default()),
        // The run was made: what it did is not lost with its recording.
        Err(failure) => return reply.failed(&failure),
    };
    match report.error {
        // The same holds where the process was asked to stop.
        Some(RunError { kind: ErrorType::ScriptAborted, .. }) => {
            let failure = Failure::interrupted("the run was stopped");
            reply.failed(&failure.hint("what the function did until then stays"))
        }
        _ => Ok(reply),
    }
}

/// Listens for debuggers, where that is wanted.
async fn inspector(session: &Session, args: &DryrunArgs) -> Result<Option<Inspector>, Failure> {
    let Some((address, start)) = args.debugger() else { return Ok(None) };
    let inspector = Inspector::listen(address, start, session.folder().to_owned()).await?;
    session.service.engine()?.debug_with(inspector.targets.clone());
    Ok(Some(inspector))
}

/// Everything before the run.
async fn prepare(session: &Session, args: &DryrunArgs) -> Result<Prepared, Failure> {
    let given = DryrunInputs::read(session, args).await?;
    session.service.integrations()?;
    let store = store(session, args).await?;

    let selection = function_names::selection(&args.function, args.integration_id.as_ref());
    let project = &session.service.selected(selection).await?;
    let chosen = choose(session, args, project, given.connection.as_ref(), store.as_ref()).await?;
    let Chosen { function, side } = chosen;
    let asked = given.input.is_some();
    let input = input_of(&function, given.input)?;
    if let Some(case) = args.replay() {
        let run = replay::prepare(session, args, function, case, asked.then_some(input))?;
        return Ok(Prepared { run, recorder: None, notes: String::new(), against: None });
    }
    let recording = recording::wanted(session, args, &function)?;
    let mut notes = side_note(session, args, &side).unwrap_or_default();
    notes.extend(project.notes.iter().map(|note| format!("note: {note}\n")));
    let against = match &side {
        Side::Remote(api) => Some(api.host().to_owned()),
        Side::Local => None,
    };
    let wanted = Wanted { connection: given.connection, metadata: given.metadata, store };
    let on = connection::read(session, args, &function, side, wanted).await?;
    let HostedRun { host, connection: facts } = session.service.dry_run_host(project, &function, on)?;
    let Surrounded { host, recorder } = recording::surround(session, args, host, recording, &facts)?;
    let run = DryRun {
        limits: session.service.settings().limits_for(&function.key),
        function,
        input,
        connection: facts,
        environment: session.service.environment().clone(),
        validation: args.validation(),
        host,
    };
    Ok(Prepared { run, recorder, notes, against })
}

/// Which side was taken, where there are two to choose from.
fn side_note(session: &Session, args: &DryrunArgs, side: &Side) -> Option<String> {
    match side {
        Side::Remote(api) => Some(format!("dry run against {}\n", api.host())),
        Side::Local if args.connection.is_some() => None,
        Side::Local => {
            session.service.config().nango_key()?;
            let host = session.service.settings().nango.hostport.value.url();
            let host = host.as_str().trim_end_matches('/');
            Some(format!("dry run for the connection stored here (--remote: against {host})\n"))
        }
    }
}

/// The database: none where the connection is given, recorded, a server's or Nango's, so none can be in the way.
async fn store(session: &Session, args: &DryrunArgs) -> Result<Option<Store>, Failure> {
    let is_elsewhere = args.remote || session.service.settings().server_url.is_some();
    if args.connection.is_some() || args.replay().is_some() || is_elsewhere {
        return Ok(None);
    }
    if args.allow_writes {
        return Ok(session.existing_store().await?.cloned());
    }
    Ok(session.service.store_for_reading(session.service.environment()).await?.cloned())
}

/// What the function is called with: an action's input, `null` for none.
fn input_of(function: &Function, input: Option<Value>) -> Result<Value, Failure> {
    match (&function.kind, input) {
        (FunctionKind::Action { .. }, input) => Ok(input.unwrap_or_default()),
        (_, None) => Ok(Value::Null),
        (_, Some(_)) => {
            let message = format!("--input: {} is an event function, which gets no input", function.key);
            Err(Failure::usage("input_not_accepted", message).hint("only actions are called with an input"))
        }
    }
}
