//! The first secret key, so that somebody who starts a server for the first time can talk to it.

use onevent_app::Service;
use onevent_contract::Scopes;

use super::Started;
use crate::failure::Failure;
use crate::output::{DIM, NAME, paint};

/// What the first key is called.
const NAME_OF_IT: &str = "made by serve";

/// Makes a key where the database has none at all, revoked ones included.
pub(super) async fn make_if_none(service: &Service) -> Result<Option<String>, Failure> {
    let store = service.store().await?;
    if !store.api_keys(None).await?.is_empty() {
        return Ok(None);
    }
    let mut transaction = store.begin().await?;
    let (_, secret) =
        transaction.create_api_key(service.environment(), NAME_OF_IT, &Scopes::everything()).await?;
    transaction.commit().await?;
    Ok(Some(secret.reveal().to_owned()))
}

/// What a person is told at the start.
pub(super) fn text(started: &Started) -> String {
    let Started { url, environment, secret_key, functions } = started;
    let mut text = format!("{} {} functions in {environment}\n", paint(NAME, url), functions);
    if let Some(key) = secret_key {
        text.push_str(&format!(
            "\nA secret key for {environment}. It is shown this once:\n\n    {key}\n\n\
             In your program:\n\n    const nango = new Nango({{ host: '{url}', secretKey: '{key}' }});\n\n\
             For Nango's command line:\n\n    NANGO_HOSTPORT={url} NANGO_SECRET_KEY_{}={key}\n\n{}\n",
            environment.to_uppercase(),
            paint(DIM, "onevent keys makes more of them, and takes them away.")
        ));
    }
    text
}
