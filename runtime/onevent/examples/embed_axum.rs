//! Two services in somebody's axum app: `cargo run -p onevent --example embed_axum`.
#![allow(clippy::print_stdout, clippy::print_stderr, reason = "an example talks to whoever runs it")]

use std::error::Error;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use axum::middleware::map_response;
use axum::{Router, http::HeaderValue, response::Response, routing::get};
use onevent::Scopes;
use onevent::server::{ServerOptions, router};
use onevent::service::{Flags, Service, Surroundings, Workers};

/// One product's connections: its functions, its database, and what works on its queue.
pub(crate) struct Product {
    pub(crate) service: Arc<Service>,
    workers: Workers,
}

impl Product {
    pub(crate) async fn start(project: &Path, database: &Path, set: &[&str]) -> Result<Self, Box<dyn Error>> {
        let mut set: Vec<String> = set.iter().map(ToString::to_string).collect();
        set.push(format!("database.url=sqlite:{}", database.display()));
        let flags = Flags { set, ..Flags::default() };
        let service = Arc::new(Service::new(project, &flags, &Surroundings::default())?);
        // From here on setup functions run by themselves, what an earlier process left open included.
        let workers =
            service.start_workers(|database, error| eprintln!("the queue in {database}: {error}")).await?;
        Ok(Self { service, workers })
    }

    /// A secret key for clients of Nango's. It is shown this once.
    pub(crate) async fn new_key(&self) -> Result<String, Box<dyn Error>> {
        let mut transaction = self.service.main_store().await?.begin().await?;
        let (environment, scopes) = (self.service.environment(), Scopes::everything());
        let (_, key) = transaction.create_api_key(environment, "embedded", &scopes).await?;
        transaction.commit().await?;
        Ok(key.reveal().to_owned())
    }

    /// Lets runs come to their end, and closes the database.
    pub(crate) async fn stop(self) {
        self.workers.drain(Duration::from_secs(10)).await;
        self.service.close().await;
    }
}

/// The app: routes of its own, each product's API under a path, and a layer around everything.
pub(crate) fn app(products: &[(&str, &Product)]) -> Router {
    let mut app = Router::new().route("/", get(async || "an app of its own"));
    for (path, Product { service, .. }) in products {
        let options = ServerOptions::of(&service.settings().server);
        app = app.nest(path, router(Arc::clone(service), options));
    }
    app.layer(map_response(async |mut response: Response| {
        response.headers_mut().insert("x-served-by", HeaderValue::from_static("the app"));
        response
    }))
}

#[tokio::main]
pub(crate) async fn main() -> Result<(), Box<dyn Error>> {
    let project = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../../examples"));
    let folder = tempfile::tempdir()?;
    let crm = Product::start(project, &folder.path().join("crm.sqlite3"), &[]).await?;
    let shop = Product::start(project, &folder.path().join("shop.sqlite3"), &[]).await?;
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await?;
    let (of_crm, of_shop) = (crm.new_key().await?, shop.new_key().await?);
    println!("http://{}: /crm with {of_crm}, /shop with {of_shop}", listener.local_addr()?);
    let app = app(&[("/crm", &crm), ("/shop", &shop)]);
    let ended = async { drop(tokio::signal::ctrl_c().await) };
    axum::serve(listener, app).with_graceful_shutdown(ended).await?;
    crm.stop().await;
    shop.stop().await;
    Ok(())
}
