//! A dry run against Nango's API.

use std::sync::Arc;

use onevent_hosts::{NangoApi, NangoApiOptions, RemoteError, RemoteHost, RemoteHostOptions, RemoteWrites};
use onevent_lifecycle::DryRun;

use super::dryrun::{Called, validation};
use crate::args::DryrunArgs;
use crate::config::NangoKey;
use crate::exit::ExitCode;
use crate::failure::Failure;
use crate::integrations::Integrations;
use crate::rooms;
use crate::session::Session;

/// Nango's API, where the environment has a key for it. Nothing is asked yet.
///
/// # Errors
/// A key that cannot be one.
pub(crate) fn api(session: &Session) -> Result<Option<NangoApi>, Failure> {
    let config = &session.config;
    let (Some(NangoKey { secret, name }), Some(base_url)) = (config.nango_key(), config.nango_hostport())
    else {
        return Ok(None);
    };
    let proxy = rooms::proxy(config)?;
    let options = NangoApiOptions { base_url, secret_key: secret, key_name: name };
    NangoApi::new(&proxy, options).map(Some).map_err(|error| failure(&error))
}

/// The same where nothing else will do.
///
/// # Errors
/// `missing_secret_key` with the variable that should hold it.
pub(crate) fn needed_api(session: &Session) -> Result<NangoApi, Failure> {
    api(session)?.ok_or_else(|| {
        let environment = &session.config.environment;
        let (variable, others) = session.config.nango_key_variables();
        let message = format!("--remote needs the secret key of Nango's environment `{environment}`");
        let others = match others {
            [] => String::new(),
            others => format!("; there is {}, and -e NAME chooses another environment", others.join(", ")),
        };
        Failure::usage("missing_secret_key", message)
            .hint(format!("set {variable}, or put it into the project's .env{others}"))
    })
}

/// The variable that would make a connection Nango's, as advice.
pub(crate) fn advice(session: &Session) -> String {
    let (variable, _) = session.config.nango_key_variables();
    format!("to run against Nango's connection, set {variable}")
}

/// An error of Nango's API before the run began.
pub(crate) fn failure(error: &RemoteError) -> Failure {
    let exit = match (error, error.code()) {
        (_, "unknown_connection" | "unknown_integration" | "connection_needs_reconnect") => ExitCode::Failed,
        (RemoteError::Unreachable { .. }, _) => ExitCode::Internal,
        (RemoteError::Answer { status, .. }, _) if !matches!(status, 400..=403) => ExitCode::Internal,
        _ => ExitCode::Usage,
    };
    Failure::new(exit, error.code(), error.to_string()).hint_if(error.hint())
}

/// The run with its host.
///
/// # Errors
/// The connection cannot be read.
pub(super) async fn dry_run_of(
    session: &Session,
    args: &DryrunArgs,
    called: Called,
    api: NangoApi,
    integrations: &Integrations,
) -> Result<DryRun, Failure> {
    let Called { function, input, actions, metadata } = called;
    let found = api.connection(&function.key.integration, &args.connection_id).await;
    let mut connection = found.map_err(|error| failure(&error))?;
    if let Some(metadata) = metadata {
        connection = connection.with_metadata(metadata);
    }
    let facts = connection.facts().clone();
    let environment = session.config.environment.clone();
    let host = RemoteHost::new(RemoteHostOptions {
        api,
        connection,
        writes: if args.allow_writes { RemoteWrites::Persisted } else { RemoteWrites::Dry },
        environment: environment.clone(),
        proxy: rooms::proxy(&session.config)?,
        integrations: Arc::new(integrations.all(&session.integrations())),
        providers: Arc::new(integrations.providers().clone()),
    });
    Ok(DryRun {
        limits: session.config.limits_for(&function.key),
        function,
        input,
        connection: facts,
        environment,
        validation: validation(args),
        host: Arc::new(host.with_actions(actions)),
    })
}
