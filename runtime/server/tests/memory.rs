//! A large body passes through the proxy in either direction, and memory does not grow with it. The provider, the server
//! and the caller are in this process, so it is all of them.
//!
//! It stands alone in its program: other tests would be measured with it.
#![allow(clippy::unwrap_used, reason = "a test may stop at the first surprise")]
#![allow(clippy::print_stdout, reason = "the figures are worth a look")]

use std::net::Ipv4Addr;
use std::sync::Arc;

use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::Request;
use axum::response::Response;
use axum::routing::{get, post};
use futures_util::{Stream, StreamExt as _, stream};
use onevent_app::{Flags, Service, Surroundings};
use onevent_contract::Scopes;
use onevent_server::{ServerOptions, router};
use serde_json::json;
use tokio::net::TcpListener;

const PIECE: &[u8] = &[b'x'; 64 * 1024];
const MEBIBYTE: usize = 1024 * 1024;

/// How much may be on the way, in bytes.
const MOST: usize = 64 * MEBIBYTE;

/// Run once it is known that the machine is fast enough: `cargo test --release -p onevent-server --test memory -- --ignored`.
#[tokio::test]
#[ignore = "takes a while without optimisation"]
async fn a_gigabyte_passes_each_way_in_little_memory() {
    passes(1024 * MEBIBYTE).await;
}

#[tokio::test]
async fn a_large_body_passes_each_way_in_little_memory() {
    passes(256 * MEBIBYTE).await;
}

async fn passes(size: usize) {
    let server = Server::start().await;
    // What is made once is made.
    server.download(4 * MEBIBYTE).await;
    server.upload(4 * MEBIBYTE).await;
    for (name, growth) in [("down", server.download(size).await), ("up", server.upload(size).await)] {
        println!("{size} bytes {name}: {} KiB more at most", growth / 1024);
        assert!(growth < MOST, "{growth} bytes more for {size} bytes {name}");
    }
}

async fn serve(router: Router) -> String {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
    url
}

/// So many bytes, none of them held.
fn generated(size: usize) -> impl Stream<Item = Result<Bytes, std::io::Error>> + Send + 'static {
    stream::iter((0..size / PIECE.len()).map(|_| Ok(Bytes::from_static(PIECE))))
}

fn provider() -> Router {
    let down = async |request: Request| {
        let size: usize = request.uri().query().unwrap().parse().unwrap();
        Response::new(Body::from_stream(generated(size)))
    };
    let up = async |request: Request| {
        let mut pieces = request.into_body().into_data_stream();
        let mut size = 0;
        while let Some(piece) = pieces.next().await {
            size += piece.unwrap().len();
        }
        size.to_string()
    };
    Router::new().route("/down", get(down)).route("/up", post(up))
}

/// Resident memory, in bytes.
fn resident() -> usize {
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).unwrap();
    line.trim().trim_end_matches(" kB").parse::<usize>().unwrap() * 1024
}

/// The most resident memory above what there was at the start, looked at with every mebibyte.
struct Growth {
    before: usize,
    most: usize,
    passed: usize,
}

impl Growth {
    fn new() -> Self {
        let before = resident();
        Self { before, most: before, passed: 0 }
    }

    fn passes(&mut self, bytes: usize) {
        if (self.passed + bytes) / MEBIBYTE > self.passed / MEBIBYTE {
            self.most = self.most.max(resident());
        }
        self.passed += bytes;
    }

    fn most(&self) -> usize {
        self.most.saturating_sub(self.before)
    }
}

struct Server {
    url: String,
    key: String,
    client: reqwest::Client,
    _folder: tempfile::TempDir,
}

impl Server {
    async fn start() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let base = serve(provider()).await;
        let settings =
            format!("[egress]\nallow = [\"127.0.0.0/8\"]\n[integrations.hubspot]\nbase_url = \"{base}\"\n");
        std::fs::write(folder.path().join("onevent.toml"), settings).unwrap();
        std::fs::write(folder.path().join("index.ts"), "").unwrap();
        let service = Service::new(folder.path(), &Flags::default(), &Surroundings::default()).unwrap();
        let service = Arc::new(service);
        let mut transaction = service.main_store().await.unwrap().begin().await.unwrap();
        let environment = "dev".parse().unwrap();
        let (_, secret) =
            transaction.create_api_key(&environment, "test", &Scopes::everything()).await.unwrap();
        transaction.commit().await.unwrap();
        let url = serve(router(Arc::clone(&service), ServerOptions::default())).await;
        let client = reqwest::Client::builder().no_proxy().build().unwrap();
        let server = Self { url, key: secret.reveal().to_owned(), client, _folder: folder };
        let connection = json!({
            "provider_config_key": "hubspot",
            "connection_id": "acme",
            "credentials": { "type": "OAUTH2", "access_token": "good" },
        });
        let made = server
            .request("POST", "/connections")
            .header("content-type", "application/json")
            .body(connection.to_string())
            .send()
            .await
            .unwrap();
        assert_eq!(made.status().as_u16(), 201);
        server
    }

    fn request(&self, method: &str, path: &str) -> reqwest::RequestBuilder {
        self.client
            .request(method.parse().unwrap(), format!("{}{path}", self.url))
            .bearer_auth(&self.key)
            .header("connection-id", "acme")
            .header("provider-config-key", "hubspot")
    }

    async fn download(&self, size: usize) -> usize {
        let mut response = self.request("GET", &format!("/proxy/down?{size}")).send().await.unwrap();
        let mut growth = Growth::new();
        while let Some(piece) = response.chunk().await.unwrap() {
            growth.passes(piece.len());
        }
        assert_eq!(growth.passed, size);
        growth.most()
    }

    async fn upload(&self, size: usize) -> usize {
        let growth = Arc::new(std::sync::Mutex::new(Growth::new()));
        let seen = Arc::clone(&growth);
        let pieces =
            generated(size).inspect(move |piece| seen.lock().unwrap().passes(piece.as_ref().unwrap().len()));
        let response =
            self.request("POST", "/proxy/up").body(reqwest::Body::wrap_stream(pieces)).send().await;
        assert_eq!(response.unwrap().text().await.unwrap(), size.to_string());
        growth.lock().unwrap().most()
    }
}
