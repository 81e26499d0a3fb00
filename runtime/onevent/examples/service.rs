//! A program with the whole service inside: `cargo run -p onevent --example service`.
#![allow(clippy::print_stdout, reason = "an example talks to whoever runs it")]

use std::error::Error;
use std::path::Path;

use onevent::service::{
    ConnectionKey, Flags, NewConnection, OperationReport, Service, ServiceError, Surroundings,
};
use onevent::{ConnectionDetails, Credentials, JsonObject};
use onevent_tests::SalesforceServer;
use serde_json::json;

/// One customer's account, as a program that embeds onevent knows it.
pub(crate) struct Account<'a> {
    pub(crate) id: &'a str,
    pub(crate) access_token: &'a str,
}

/// The service over the project in `folder`: its settings are `onevent.toml`, and what this program adds to it.
pub(crate) fn service(folder: &Path, database: &Path, provider: &str) -> Result<Service, ServiceError> {
    let set = vec![
        format!("database.url=sqlite:{}", database.display()),
        format!("integrations.salesforce.base_url={provider}"),
        "egress.allow=127.0.0.0/8".to_owned(),
    ];
    Ok(Service::new(folder, &Flags { set, ..Flags::default() }, &Surroundings::default())?)
}

fn key(service: &Service, account: &Account<'_>) -> Result<ConnectionKey, Box<dyn Error>> {
    Ok(ConnectionKey::new(service.environment().clone(), "salesforce".parse()?, account.id.parse()?))
}

/// Creates the connection: validation decides, then setup runs.
pub(crate) async fn connect(
    service: &Service,
    account: &Account<'_>,
) -> Result<OperationReport, Box<dyn Error>> {
    let key = key(service, account)?;
    let provider = service.integration(&key.integration)?.provider.name.clone();
    let credentials = json!({ "type": "OAUTH2", "access_token": account.access_token });
    let credentials = Credentials::from_json(credentials, None)?;
    let connection_config = JsonObject::new();
    let details = ConnectionDetails::default();
    let new = NewConnection { key, provider, credentials, connection_config, metadata: None, details };
    Ok(service.create(new).await?)
}

/// Deletes it: cleanup runs first.
pub(crate) async fn disconnect(
    service: &Service,
    account: &Account<'_>,
) -> Result<OperationReport, Box<dyn Error>> {
    Ok(service.delete(&key(service, account)?).await?)
}

#[tokio::main]
pub(crate) async fn main() -> Result<(), Box<dyn Error>> {
    let provider = SalesforceServer::start()?;
    provider.allow("token-of-acme", "00D000000000001");
    let folder = tempfile::tempdir()?;
    let project = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../../examples"));
    let service = service(project, &folder.path().join("onevent.sqlite3"), provider.base_url())?;
    for access_token in ["token-of-nobody", "token-of-acme"] {
        let report = connect(&service, &Account { id: "acme", access_token }).await?;
        println!("accepted: {:?}, {} runs", report.accepted, report.runs.len());
    }
    let report = disconnect(&service, &Account { id: "acme", access_token: "" }).await?;
    println!("deleted after {} runs", report.runs.len());
    service.close().await;
    Ok(())
}
