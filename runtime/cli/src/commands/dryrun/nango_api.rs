//! Nango's API, as the settings name it.

use onevent_hosts::NangoApi;

use crate::failure::Failure;
use crate::session::Session;

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
