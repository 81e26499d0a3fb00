//! A server on a free port, over a project and a database in a folder of its own.

use std::net::{Ipv4Addr, SocketAddr};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use axum::Router;
use onevent_app::{Flags, Service, Surroundings};
use onevent_contract::{EnvironmentName, Scopes};
use onevent_server::{ServerOptions, router};
use reqwest::{Client, Method, StatusCode};
use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::net::TcpListener;

use crate::described;

const INDEX: &str = "import './hubspot/on-events/validate.js';\n\
                     import './hubspot/on-events/setup.js';\n\
                     import './hubspot/actions/echo.js';\n";

/// Accepts every token but `bad`.
pub(crate) const VALIDATE: &str = "import { createOnEvent } from 'nango';
export default createOnEvent({
    event: 'validate-connection',
    description: 'Checks the token',
    exec: async (nango) => {
        if ((await nango.getToken()) === 'bad') {
            throw new nango.ActionError('this token is bad');
        }
    },
});
";

const SETUP: &str = "import { createOnEvent } from 'nango';
export default createOnEvent({
    event: 'post-connection-creation',
    description: 'Notes that it ran, and for which app',
    exec: async (nango) => {
        const { credentials } = await nango.getIntegration({ include: ['credentials'] });
        await nango.updateMetadata({ setUp: true, app: credentials?.client_id ?? null });
    },
});
";

const ECHO: &str = "import { createAction } from 'nango';
import { z } from 'zod';
export default createAction({
    description: 'Gives back what it gets',
    input: z.object({ text: z.string().refine((text) => text !== 'no') }),
    output: z.object({ text: z.string() }),
    exec: async (nango, input) => {
        if (input.text === 'wrong') {
            return { text: 7 as any };
        }
        if (input.text === 'fail') {
            throw new nango.ActionError({ reason: 'asked to' });
        }
        return { text: input.text };
    },
});
";

const SETTINGS: &str = "[integrations.own-crm]\nprovider = \"hubspot\"\nclient_id = \"the-client\"\n\
                        [variables]\nREGION = \"eu\"\n";

/// A running server. It stops with the test's runtime.
pub(crate) struct World {
    pub(crate) address: SocketAddr,
    pub(crate) service: Arc<Service>,
    /// A key of `dev` that may do everything.
    pub(crate) key: String,
    client: Client,
    folder: TempDir,
}

/// What a server answered.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) headers: reqwest::header::HeaderMap,
    /// `null` where there is none.
    pub(crate) body: Value,
}

impl Answer {
    /// The error's code; empty where it is none.
    pub(crate) fn code(&self) -> &str {
        self.body.pointer("/error/code").and_then(Value::as_str).unwrap_or_default()
    }

    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers.get(name).map(|value| value.to_str().unwrap()).unwrap_or_default()
    }
}

fn write(folder: &Path, path: &str, text: &str) {
    let path = folder.join(path);
    std::fs::create_dir_all(path.parent().unwrap()).unwrap();
    std::fs::write(path, text).unwrap();
}

impl World {
    pub(crate) async fn start() -> Self {
        Self::with(ServerOptions::default()).await
    }

    pub(crate) async fn with(options: ServerOptions) -> Self {
        Self::served(|service| router(service, options)).await
    }

    /// A server of the router that `make` makes.
    pub(crate) async fn served(make: impl FnOnce(Arc<Service>) -> Router) -> Self {
        Self::served_with("", make).await
    }

    /// The same with more settings.
    pub(crate) async fn served_with(settings: &str, make: impl FnOnce(Arc<Service>) -> Router) -> Self {
        Self::served_in(tempfile::tempdir().unwrap(), settings, &Flags::default(), make).await
    }

    /// A server that knows these providers, too, with more settings.
    pub(crate) async fn with_providers(providers: &str, settings: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        write(folder.path(), "providers.yaml", providers);
        let path = folder.path().join("providers.yaml");
        let flags = Flags { set: vec![format!("providers={}", path.display())], ..Flags::default() };
        Self::served_in(folder, settings, &flags, |service| router(service, ServerOptions::default())).await
    }

    async fn served_in(
        folder: TempDir,
        settings: &str,
        flags: &Flags,
        make: impl FnOnce(Arc<Service>) -> Router,
    ) -> Self {
        write(folder.path(), "index.ts", INDEX);
        write(folder.path(), "hubspot/on-events/validate.ts", VALIDATE);
        write(folder.path(), "hubspot/on-events/setup.ts", SETUP);
        write(folder.path(), "hubspot/actions/echo.ts", ECHO);
        write(folder.path(), "onevent.toml", &format!("{SETTINGS}{settings}"));
        let service = Service::new(folder.path(), flags, &Surroundings::default()).unwrap();
        let service = Arc::new(service);
        let app = make(Arc::clone(&service));
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
        let address = listener.local_addr().unwrap();
        tokio::spawn(async move { axum::serve(listener, app).await });
        let mut world = Self { address, service, key: String::new(), client: Client::new(), folder };
        world.key = world.new_key("dev", &Scopes::everything()).await;
        world
    }

    /// The file of its database.
    pub(crate) fn database(&self) -> PathBuf {
        self.folder.path().join(".onevent/onevent.sqlite3")
    }

    /// Makes a key.
    pub(crate) async fn new_key(&self, environment: &str, scopes: &Scopes) -> String {
        let environment: EnvironmentName = environment.parse().unwrap();
        let mut transaction = self.service.main_store().await.unwrap().begin().await.unwrap();
        let (_, secret) = transaction.create_api_key(&environment, "test", scopes).await.unwrap();
        transaction.commit().await.unwrap();
        secret.reveal().to_owned()
    }

    /// A key of `dev` with these scopes.
    pub(crate) async fn key_for(&self, scopes: &[&str]) -> String {
        let scopes = scopes.iter().map(|scope| scope.parse::<onevent_contract::ScopePattern>().unwrap());
        self.new_key("dev", &scopes.collect()).await
    }

    /// Asks with these headers and this body, and no others.
    pub(crate) async fn send(
        &self,
        method: &str,
        path: &str,
        headers: &[(&str, &str)],
        body: Option<Vec<u8>>,
    ) -> Answer {
        let method = Method::from_bytes(method.as_bytes()).unwrap();
        let mut request = self.client.request(method.clone(), format!("http://{}{path}", self.address));
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        if let Some(body) = body {
            request = request.body(body);
        }
        let response = request.send().await.unwrap();
        let (status, headers) = (response.status(), response.headers().clone());
        let text = response.text().await.unwrap();
        let body =
            if text.is_empty() { Value::Null } else { serde_json::from_str(&text).unwrap_or(json!(text)) };
        described::hold_against(method.as_str(), path, status.as_u16(), &body);
        Answer { status, headers, body }
    }

    /// Asks as a client of Nango's does, with a key.
    pub(crate) async fn ask_with(&self, key: &str, method: &str, path: &str, body: Option<&Value>) -> Answer {
        let bearer = format!("Bearer {key}");
        let mut headers = vec![("authorization", bearer.as_str()), ("nango-is-script", "false")];
        if body.is_some() {
            headers.push(("content-type", "application/json"));
        }
        self.send(method, path, &headers, body.map(|body| body.to_string().into_bytes())).await
    }

    pub(crate) async fn ask(&self, method: &str, path: &str, body: Option<&Value>) -> Answer {
        self.ask_with(&self.key, method, path, body).await
    }

    pub(crate) async fn get(&self, path: &str) -> Answer {
        self.ask("GET", path, None).await
    }

    /// Imports a connection of `hubspot` with this token.
    pub(crate) async fn import(&self, id: &str, token: &str) -> Answer {
        let body = json!({
            "provider_config_key": "hubspot",
            "connection_id": id,
            "credentials": { "type": "OAUTH2", "access_token": token, "refresh_token": "renew" },
        });
        self.ask("POST", "/connections", Some(&body)).await
    }
}
