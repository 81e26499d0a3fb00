//! The first secret key, so that somebody who starts a server for the first time can talk to it.

use onevent_app::Service;
use onevent_contract::Scopes;

use crate::failure::Failure;

/// What the first key is called.
const NAME_OF_IT: &str = "made by serve";

/// Makes a key where the database has none at all, revoked ones included.
pub(super) async fn make_if_none(service: &Service) -> Result<Option<String>, Failure> {
    let store = service.main_store().await?;
    if !store.api_keys(None).await?.is_empty() {
        return Ok(None);
    }
    let mut transaction = store.begin().await?;
    let (_, secret) =
        transaction.create_api_key(service.environment(), NAME_OF_IT, &Scopes::everything()).await?;
    transaction.commit().await?;
    Ok(Some(secret.reveal().to_owned()))
}
