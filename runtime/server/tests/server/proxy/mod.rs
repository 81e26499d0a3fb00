//! `ANY /proxy/<endpoint>`, before providers on this machine.

mod answers;
mod ends;
mod errors;
mod provider;
mod requests;

use axum::Router;
use onevent_server::{ServerOptions, router};
use reqwest::header::HeaderMap;
use reqwest::{Body, Response};

use crate::world::World;

/// A server whose `hubspot` is this router, with the connection `acme`.
async fn world(provider: Router) -> World {
    world_at(&provider::serve(provider).await).await
}

/// The same for a provider at this URL.
async fn world_at(url: &str) -> World {
    let world = World::served_with(&settings(url), |service| router(service, ServerOptions::default())).await;
    assert_eq!(world.import("acme", "good").await.status.as_u16(), 201);
    world
}

fn settings(url: &str) -> String {
    format!("[egress]\nallow = [\"127.0.0.0/8\"]\n[integrations.hubspot]\nbase_url = \"{url}\"\n")
}

impl World {
    /// A request to the proxy for the connection `acme`, as a client of Nango's sends it.
    fn call(&self, method: &str, path: &str) -> reqwest::RequestBuilder {
        self.bare_call(method, path).header("connection-id", "acme").header("provider-config-key", "hubspot")
    }

    /// The same, for no connection.
    fn bare_call(&self, method: &str, path: &str) -> reqwest::RequestBuilder {
        let client =
            reqwest::Client::builder().no_proxy().redirect(reqwest::redirect::Policy::none()).build();
        client
            .unwrap()
            .request(method.parse().unwrap(), format!("http://{}{path}", self.address))
            .bearer_auth(&self.key)
            .header("base-url-override", "")
            .header("nango-activity-log-id", "")
    }
}

/// Status, headers and text.
async fn read(response: Response) -> (u16, HeaderMap, String) {
    let (status, headers) = (response.status().as_u16(), response.headers().clone());
    (status, headers, response.text().await.unwrap())
}

async fn json(response: Response) -> serde_json::Value {
    serde_json::from_str(&response.text().await.unwrap()).unwrap()
}

/// A body of so many pieces of 64 KiB, without a length.
fn pieces(count: usize) -> Body {
    let piece = || Ok::<_, std::io::Error>(axum::body::Bytes::from_static(&[b'x'; 65_536]));
    Body::wrap_stream(futures_util::stream::iter((0..count).map(move |_| piece())))
}
