//! In front of a Nango: what is said of it at the start, and of each comparison.

use std::sync::Arc;

use onevent_app::{Compared, Comparisons, Service};
use onevent_lifecycle::UpstreamDecision;

use crate::failure::Failure;

/// Starts comparing, where the settings name a Nango.
pub(super) fn start(service: &Arc<Service>) -> Result<Option<Comparisons>, Failure> {
    let Some(upstream) = service.upstream()? else { return Ok(None) };
    let names: Vec<&str> =
        upstream.environments.iter().map(|environment| environment.name.as_str()).collect();
    if names.is_empty() {
        let message = "no secret key of the Nango is known, so no function would ever run";
        return Err(Failure::usage("missing_secret_key", message)
            .hint("set NANGO_SECRET_KEY_<ENVIRONMENT> for each environment, in the environment or .env"));
    }
    tracing::info!(nango = %upstream.nango.base(), environments = names.join(", "), "in front of a Nango");
    if upstream.app.is_none() {
        tracing::warn!("webhooks.url is not set: nothing that Nango tells goes on to your app");
    }
    Ok(Some(service.start_comparisons(tell)))
}

fn tell(compared: Compared) {
    match compared {
        Compared::Found { key, decision: Ok(UpstreamDecision::Accepted) } => {
            tracing::warn!(%key, "nobody had told of this connection; it was accepted now");
        }
        Compared::Found { key, decision: Ok(UpstreamDecision::Rejected { message }) } => {
            tracing::warn!(%key, message, "found in Nango's list and rejected; Nango is asked to delete it");
        }
        Compared::Found { key, decision: Ok(UpstreamDecision::Gone) } => {
            tracing::info!(%key, "a connection was found and is gone again");
        }
        Compared::Found { key, decision: Err(error) } => {
            tracing::error!(%key, %error, "nothing could be decided about this connection; the next comparison tries again");
        }
        Compared::DeletedBehind { key } => {
            tracing::warn!(%key, "deleted at Nango without onevent: its cleanup has not run, and cannot run any more");
        }
        Compared::Done { environment, connections } => {
            tracing::debug!(%environment, connections, "Nango's connections were compared");
        }
        Compared::Failed { error } => tracing::error!(%error, "Nango's connections could not be compared"),
        _ => {}
    }
}
