//! Whose API a dry run is against, as the settings name it: a running server's, or Nango's.

use onevent_hosts::NangoApi;

use crate::args::DryrunArgs;
use crate::failure::Failure;
use crate::server_api;
use crate::session::Session;

/// The running server whose connections are meant, where the settings name one: unless the connection is given or recorded,
/// or Nango is asked for.
///
/// # Errors
/// There is no key for it.
pub(super) fn of_server(session: &Session, args: &DryrunArgs) -> Result<Option<NangoApi>, Failure> {
    let Some(server) = &session.service.settings().server_url else { return Ok(None) };
    if args.connection.is_some() || args.replay().is_some() || args.remote {
        return Ok(None);
    }
    let api = session.service.server_api()?;
    api.map(Some).ok_or_else(|| server_api::no_key(session, server.value.url()))
}

/// Nango's API, where nothing else will do.
///
/// # Errors
/// `missing_secret_key` with the variable that should hold it.
pub(super) fn needed(session: &Session) -> Result<NangoApi, Failure> {
    session.service.nango_api()?.ok_or_else(|| {
        let config = session.service.config();
        let environment = session.service.environment();
        let (variable, others) = config.nango_key_variables();
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
pub(super) fn advice(session: &Session) -> String {
    let (variable, _) = session.service.config().nango_key_variables();
    format!("to run against Nango's connection, set {variable}")
}
