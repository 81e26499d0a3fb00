//! The connection of a dry run, and what becomes of what the run writes.

use onevent_app::DryRunHost;
use onevent_contract::{Function, JsonObject};
use onevent_hosts::{DryConnection, NangoApi, RemoteWrites};
use onevent_store::{Store, StoreError};

use super::choose::{Side, key};
use super::given_connection::GivenConnection;
use super::nango_api;
use crate::args::DryrunArgs;
use crate::failure::Failure;
use crate::session::{self, Session};

/// What the command line says about the connection.
pub(super) struct Wanted {
    /// A connection from a file.
    pub(super) connection: Option<GivenConnection>,
    /// The metadata to start with, instead of the connection's own.
    pub(super) metadata: Option<JsonObject>,
    /// The database, where one may be looked into.
    pub(super) store: Option<Store>,
}

/// Reads the connection where it is.
///
/// # Errors
/// There is none, or it cannot be read.
pub(super) async fn read(
    session: &Session,
    args: &DryrunArgs,
    function: &Function,
    side: Side,
    wanted: Wanted,
) -> Result<DryRunHost, Failure> {
    match side {
        Side::Remote(api) => remote(args, function, api, wanted.metadata).await,
        Side::Local => local(session, args, function, wanted).await,
    }
}

async fn remote(
    args: &DryrunArgs,
    function: &Function,
    api: NangoApi,
    metadata: Option<JsonObject>,
) -> Result<DryRunHost, Failure> {
    let connection = api.connection(&function.key.integration, &args.connection_id).await?;
    let connection = match metadata {
        Some(metadata) => connection.with_metadata(metadata),
        None => connection,
    };
    let writes = if args.allow_writes { RemoteWrites::Persisted } else { RemoteWrites::Dry };
    Ok(DryRunHost::Remote { api, connection, writes })
}

async fn local(
    session: &Session,
    args: &DryrunArgs,
    function: &Function,
    wanted: Wanted,
) -> Result<DryRunHost, Failure> {
    let Wanted { connection: given, metadata, store } = wanted;
    let connection = given_or_stored(session, args, function, given, store.as_ref()).await?;
    let connection = match metadata {
        Some(metadata) => connection.with_metadata(metadata),
        None => connection,
    };
    Ok(match store {
        Some(store) if args.allow_writes => DryRunHost::Persisting { connection, store },
        store => DryRunHost::Dry { connection, store },
    })
}

async fn given_or_stored(
    session: &Session,
    args: &DryrunArgs,
    function: &Function,
    given: Option<GivenConnection>,
    store: Option<&Store>,
) -> Result<DryConnection, Failure> {
    let key = key(session, args, function);
    if let Some(given) = given {
        let integrations = session.service.integrations()?;
        let integration = integrations.get_or(&key.integration, given.provider.as_deref())?;
        return Ok(DryConnection::given(given.into_connection(key, &integration)?));
    }
    match session::connection(store, &key).await {
        Ok(found) => Ok(DryConnection::stored(found)),
        Err(error @ StoreError::UnknownConnection { .. }) => {
            let nangos = nango_api::advice(session);
            Err(Failure::from(error).hint(format!(
                "create it, or give one with --connection @FILE: {{\"credentials\": {{…}}}}; {nangos}"
            )))
        }
        Err(error) => Err(error.into()),
    }
}
