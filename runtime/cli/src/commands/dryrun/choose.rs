//! Which function a dry run is of, and whose connection it is for.

use std::sync::Arc;

use onevent_contract::{Function, FunctionKey};
use onevent_engine::Project;
use onevent_hosts::NangoApi;
use onevent_store::{ConnectionKey, Store, Visibility};

use super::given_connection::GivenConnection;
use super::nango_api;
use crate::args::{DryrunArgs, Target};
use crate::failure::Failure;
use crate::function_names;
use crate::session::Session;

/// Where the connection of a dry run is.
pub(crate) enum Side {
    /// Given as a file, stored in the database, or recorded.
    Local,
    /// In Nango, or on a running server.
    Remote(NangoApi),
}

/// What a dry run is of.
pub(crate) struct Chosen {
    pub(crate) function: Arc<Function>,
    pub(crate) side: Side,
}

/// The one function that is meant: by its name, the given connection, the stored one, or Nango's. And the side: a
/// connection that is not stored here is Nango's, where there is a key for it.
pub(crate) async fn choose(
    session: &Session,
    args: &DryrunArgs,
    project: &Project,
    given: Option<&GivenConnection>,
    store: Option<&Store>,
) -> Result<Chosen, Failure> {
    let found = function_names::candidates(project, &args.function, args.integration_id.as_ref())?;
    let mut fitting = Vec::new();
    for function in &found {
        let fits = match (given, store) {
            (Some(given), _) => given.integration.as_deref() == Some(function.key.integration.as_str()),
            (None, Some(store)) => is_stored(session, args, store, function).await?,
            (None, None) => false,
        };
        if fits {
            fitting.push(Arc::clone(function));
        }
    }
    let local = given.is_some() || args.replay().is_some() || !fitting.is_empty();
    let side = match (nango_api::of_server(session, args)?, args.remote, local) {
        (Some(server), _, _) => Side::Remote(server),
        (None, true, _) => Side::Remote(nango_api::needed(session)?),
        (None, false, true) => Side::Local,
        (None, false, false) => session.service.nango_api()?.map_or(Side::Local, Side::Remote),
    };
    let function = match (found.as_slice(), &side) {
        ([only], _) => Arc::clone(only),
        (_, Side::Local) => only(args, &found, &fitting)?,
        (_, Side::Remote(api)) => {
            let theirs = api.integrations_of(&args.connection_id).await?;
            let has_it = |function: &&Arc<Function>| theirs.contains(&function.key.integration);
            only(args, &found, &found.iter().filter(has_it).cloned().collect::<Vec<_>>())?
        }
    };
    Ok(Chosen { function, side })
}

/// The one that fits. The ones that fit, if any do, are else what is still to be told apart.
fn only(
    args: &DryrunArgs,
    found: &[Arc<Function>],
    fitting: &[Arc<Function>],
) -> Result<Arc<Function>, Failure> {
    match fitting {
        [only] => Ok(Arc::clone(only)),
        [] => Err(ambiguous(&args.function, found)),
        several => Err(ambiguous(&args.function, several)),
    }
}

fn ambiguous(name: &str, found: &[Arc<Function>]) -> Failure {
    // The folder is named where the rest of the name is not enough.
    let full = |function: &Arc<Function>| {
        let FunctionKey { integration, name } = &function.key;
        match found.iter().filter(|other| other.key == function.key).count() {
            1 => function.key.to_string(),
            _ => format!("{integration}/{}/{name}", function.kind.folder()),
        }
    };
    let names: Vec<String> = found.iter().map(full).collect();
    let message = format!("`{name}` could be {}", names.join(" or "));
    Failure::usage("ambiguous_function", message).hint("write it in full, or add --integration-id NAME")
}

async fn is_stored(
    session: &Session,
    args: &DryrunArgs,
    store: &Store,
    function: &Function,
) -> Result<bool, Failure> {
    let key = key(session, args, function);
    Ok(store.connection(&key, Visibility::Established).await?.is_some())
}

/// The stored connection that a dry run of this function is for.
pub(crate) fn key(session: &Session, args: &DryrunArgs, function: &Function) -> ConnectionKey {
    session.key(&Target {
        integration: function.key.integration.clone(),
        connection_id: args.connection_id.clone(),
    })
}
