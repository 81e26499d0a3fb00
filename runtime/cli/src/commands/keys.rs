//! `onevent keys`: the secret keys of the environments.

use jiff::Timestamp;
use onevent_contract::{EnvironmentName, Scopes};
use onevent_store::{ApiKey, ApiKeyId};
use serde::Serialize;

use crate::args::{KeysCreateArgs, KeysRevokeArgs};
use crate::exit::ExitCode;
use crate::failure::Failure;
use crate::output::{BAD, DIM, GOOD, NAME, Reply, Table, clean, paint, when};
use crate::session::Session;

/// A key as it is shown.
#[derive(Debug, Serialize)]
struct KeyDocument {
    id: String,
    environment: EnvironmentName,
    name: String,
    scopes: Scopes,
    created_at: Timestamp,
    revoked_at: Option<Timestamp>,
}

#[derive(Serialize)]
struct Created {
    #[serde(flatten)]
    key: KeyDocument,
    /// The key itself: this once.
    secret_key: String,
}

#[derive(Serialize)]
struct Listed {
    keys: Vec<KeyDocument>,
}

#[derive(Serialize)]
struct Signing {
    environment: EnvironmentName,
    webhook_signing_key: String,
}

impl From<ApiKey> for KeyDocument {
    fn from(key: ApiKey) -> Self {
        let ApiKey { id, environment, name, scopes, created_at, revoked_at } = key;
        Self { id: id.to_string(), environment, name, scopes, created_at, revoked_at }
    }
}

/// Makes a key.
pub(crate) async fn create(session: &Session, args: &KeysCreateArgs) -> Result<Reply, Failure> {
    let scopes: Scopes =
        if args.scopes.is_empty() { Scopes::everything() } else { args.scopes.iter().cloned().collect() };
    let store = session.service.main_store().await?;
    let mut transaction = store.begin().await?;
    let (key, secret) =
        transaction.create_api_key(session.service.environment(), &args.name, &scopes).await?;
    transaction.commit().await?;
    let text = format!("{}\n", secret.reveal());
    let note = format!(
        "{} a secret key for {}: it is shown this once; its id is {}\n",
        paint(GOOD, "✓"),
        paint(NAME, &clean(key.environment.as_str())),
        key.id
    );
    let document = Created { key: key.into(), secret_key: secret.reveal().to_owned() };
    Ok(Reply::new(&document, text)?.note(&note))
}

/// Lists the keys of the environment.
pub(crate) async fn list(session: &Session) -> Result<Reply, Failure> {
    let environment = session.service.environment();
    let keys = match session.service.existing_main_store().await? {
        Some(store) => store.api_keys(Some(environment)).await?,
        None => Vec::new(),
    };
    let mut table = Table::new(&["id", "name", "created", "scopes", ""]);
    for key in &keys {
        let state = if key.revoked_at.is_some() { "revoked" } else { "" };
        let scopes =
            serde_json::to_value(&key.scopes).map_err(|error| Failure::internal(error.to_string()))?;
        let scopes: Vec<&str> =
            scopes.as_array().into_iter().flatten().filter_map(|text| text.as_str()).collect();
        table.row([
            (NAME, key.id.to_string()),
            (DIM, clean(&key.name)),
            (DIM, when(key.created_at)),
            (DIM, scopes.join(" ")),
            (BAD, state.to_owned()),
        ]);
    }
    let text = if keys.is_empty() { String::new() } else { table.render() };
    Reply::new(&Listed { keys: keys.into_iter().map(KeyDocument::from).collect() }, text)
}

/// Takes a key's rights away.
pub(crate) async fn revoke(session: &Session, args: &KeysRevokeArgs) -> Result<Reply, Failure> {
    let unknown = || {
        let message = format!("{} has no key with the id {:?}", session.service.environment(), args.id);
        Failure::new(ExitCode::Failed, "unknown_api_key", message).hint("onevent keys list shows the ids")
    };
    let id = ApiKeyId::parse(&args.id).ok_or_else(unknown)?;
    let store = session.service.existing_main_store().await?.ok_or_else(unknown)?;
    let mut transaction = store.begin().await?;
    transaction.revoke_api_key(session.service.environment(), id).await?;
    transaction.commit().await?;
    let document = serde_json::json!({ "id": id.to_string(), "revoked": true });
    Reply::new(&document, format!("{} revoked\n", paint(GOOD, "✓")))
}

/// Shows the key that webhooks are signed with.
pub(crate) async fn signing(session: &Session) -> Result<Reply, Failure> {
    let environment = session.service.environment().clone();
    let key = session.service.store_of(&environment).await?.webhook_signing_key(&environment).await?;
    let text = format!("{}\n", key.reveal());
    Reply::new(&Signing { environment, webhook_signing_key: key.reveal().to_owned() }, text)
}
