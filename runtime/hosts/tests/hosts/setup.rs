//! A database, a provider, and calls for the tests beside this file.

use std::ops::Deref;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::extract::Request;
use onevent_contract::{
    CallContext, Clock, ConnectionDetails, ConnectionQuery, Credentials, DroppedKeys, EffectLog, Host,
    HostCalls, HostError, JsonObject, MetadataCommit, MetadataWrite, MetadataWriteKind, MetadataWritten,
    ProxyRequest, ProxyResponse, RunId, SystemClock, VersionedMetadata,
};
use onevent_hosts::{
    Access, Integrations, LiveHost, LiveHostOptions, RefreshTiming, TokenRefresher, TokenRefresherOptions,
};
use onevent_proxy::{EgressPolicy, Integration, Providers, Proxy, ProxyOptions};
use onevent_store::{
    ConnectionKey, ConnectionState, DatabaseUrl, DetailsPatch, KeySource, NewConnection, OPERATION_WAIT,
    Reconnection, SchemaName, Store, StoreMode, StoreOptions, Visibility, Writer,
};
use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::net::TcpListener;
use tokio_util::task::TaskTracker;

/// Everything that a host needs, on a folder of its own.
pub(crate) struct Setup {
    _folder: TempDir,
    pub(crate) store: Store,
    pub(crate) proxy: Proxy,
    pub(crate) integrations: Arc<Integrations>,
    /// A provider that answers with the `authorization` and the `x-provider` header that it got.
    pub(crate) server: String,
}

impl Setup {
    pub(crate) async fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::open(options(&folder, StoreMode::ReadWrite)).await.unwrap();
        let egress = EgressPolicy::allowing(["127.0.0.0/8".parse().unwrap()]);
        let proxy = Proxy::new(ProxyOptions { egress, ..ProxyOptions::default() }).unwrap();
        let server = echo_server().await;
        let providers = Providers::from_yaml(
            "p:\n  auth_mode: OAUTH2\n  proxy:\n    base_url: ${connectionConfig.instance_url}\n    headers: {x-provider: p}\n\
             q:\n  auth_mode: OAUTH2\n  proxy:\n    base_url: ${connectionConfig.instance_url}\n    headers: {x-provider: q}\n",
            "test",
        )
        .unwrap();
        let integration = |name: &str| {
            let key = name.parse().unwrap();
            (name.parse().unwrap(), Arc::new(Integration::new(key, providers.get(name).unwrap())))
        };
        let integrations = Arc::new(["p", "q"].into_iter().map(integration).collect::<Integrations>());
        Self { _folder: folder, store, proxy, integrations, server }
    }

    /// The same database, opened for reading only.
    pub(crate) async fn read_only_store(&self) -> Store {
        Store::open(options(&self._folder, StoreMode::ReadOnly)).await.unwrap()
    }

    pub(crate) async fn insert(&self, key: &ConnectionKey, token: &str, metadata: Option<Value>) {
        self.insert_as(key, token, metadata, ConnectionState::Established).await;
    }

    pub(crate) async fn insert_as(
        &self,
        key: &ConnectionKey,
        token: &str,
        metadata: Option<Value>,
        state: ConnectionState,
    ) {
        let new = NewConnection {
            key: key.clone(),
            provider: key.integration.to_string(),
            credentials: credentials(token),
            connection_config: object(json!({ "instance_url": self.server })),
            metadata: metadata.map(object),
            details: ConnectionDetails::default(),
        };
        let mut transaction = self.store.begin().await.unwrap();
        transaction.insert_connection(&new, state).await.unwrap();
        transaction.commit().await.unwrap();
    }

    pub(crate) async fn mark_auth_error(&self, key: &ConnectionKey) {
        let mut transaction = self.store.begin().await.unwrap();
        transaction.mark_auth_error(key, RunId::generate(), "wrong account").await.unwrap();
        transaction.commit().await.unwrap();
    }

    /// A reconnect with this token that is refused.
    pub(crate) async fn refuse(&self, key: &ConnectionKey, token: &str) {
        let new = Reconnection {
            provider: key.integration.to_string(),
            credentials: credentials(token),
            connection_config: None,
            details: DetailsPatch::default(),
            metadata: None,
        };
        let guard = self.store.begin_override(key, new, OPERATION_WAIT).await.unwrap();
        let mut last = guard.begin().await.unwrap();
        last.refuse_credentials(key, RunId::generate(), "wrong account").await.unwrap();
        guard.end(last).await.unwrap();
    }

    /// A metadata write by the user, beside any run.
    pub(crate) async fn user_writes(&self, key: &ConnectionKey, value: Value) {
        let write = write(value, MetadataCommit::Always);
        self.store.write_metadata(key, Visibility::Established, &write, &Writer::User).await.unwrap();
    }

    pub(crate) fn live(&self, key: &ConnectionKey, access: Access) -> LiveHost {
        LiveHost::new(LiveHostOptions {
            store: self.store.clone(),
            proxy: self.proxy.clone(),
            refresher: TokenRefresher::new(TokenRefresherOptions {
                store: self.store.clone(),
                proxy: self.proxy.clone(),
                tasks: TaskTracker::new(),
                listener: None,
            }),
            timing: RefreshTiming::BeforeExpiry,
            integrations: Arc::clone(&self.integrations),
            connection: key.clone(),
            access,
        })
    }
}

fn options(folder: &TempDir, mode: StoreMode) -> StoreOptions {
    StoreOptions {
        url: DatabaseUrl::sqlite(folder.path().join("onevent.sqlite3")),
        schema: SchemaName::default(),
        listen_url: None,
        key: KeySource::File,
        mode,
        clock: Arc::new(SystemClock),
    }
}

async fn echo_server() -> String {
    let echo = async |request: Request| {
        let header = |name: &str| {
            request.headers().get(name).map(|value| value.to_str().unwrap().to_owned()).unwrap_or_default()
        };
        format!("{} {} {}", header("x-provider"), header("authorization"), request.uri())
    };
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move { axum::serve(listener, Router::new().fallback(echo)).await.unwrap() });
    format!("http://{address}")
}

pub(crate) fn key(integration: &str, connection_id: &str) -> ConnectionKey {
    ConnectionKey::new("dev".parse().unwrap(), integration.parse().unwrap(), connection_id.parse().unwrap())
}

pub(crate) fn credentials(token: &str) -> Credentials {
    Credentials::from_json(json!({"type": "OAUTH2", "access_token": token}), None).unwrap()
}

pub(crate) fn object(value: Value) -> JsonObject {
    value.as_object().unwrap().clone()
}

pub(crate) fn write(value: Value, commit: MetadataCommit) -> MetadataWrite {
    MetadataWrite { value: object(value), commit, kind: MetadataWriteKind::Set }
}

/// A call, and the log of its effects.
pub(crate) struct Call {
    context: CallContext,
    pub(crate) log: Arc<EffectLog>,
}

impl Deref for Call {
    type Target = CallContext;

    fn deref(&self) -> &CallContext {
        &self.context
    }
}

/// A call of the function `p/{name}`.
pub(crate) fn call(name: &str) -> Call {
    let clock = Arc::new(SystemClock);
    let (log, effects) = EffectLog::with_sender(clock.clone());
    let context = CallContext {
        request_id: None,
        run_id: RunId::generate(),
        function: onevent_contract::FunctionKey {
            integration: "p".parse().unwrap(),
            name: name.parse().unwrap(),
        },
        deadline: clock.monotonic() + Duration::from_secs(60),
        effects,
    };
    Call { context, log }
}

pub(crate) fn query(integration: Option<&str>, connection: Option<&str>) -> ConnectionQuery {
    ConnectionQuery {
        provider_config_key: integration.map(|key| key.parse().unwrap()),
        connection_id: connection.map(|id| id.parse().unwrap()),
        ..ConnectionQuery::default()
    }
}

pub(crate) fn request(integration: Option<&str>, connection: Option<&str>) -> ProxyRequest {
    let ConnectionQuery { provider_config_key, connection_id, .. } = query(integration, connection);
    ProxyRequest { provider_config_key, connection_id, ..ProxyRequest::new(http::Method::GET, "/me") }
}

pub(crate) async fn text(response: Result<ProxyResponse, HostError>) -> String {
    String::from_utf8(response.unwrap().body.to_vec()).unwrap()
}

/// The token of a connection as a function sees it.
pub(crate) fn token(connection: &Value) -> &str {
    connection["credentials"]["access_token"].as_str().unwrap()
}

/// The status and code of an answer of Nango's API.
pub(crate) fn api<T: std::fmt::Debug>(result: Result<T, HostError>) -> (u16, String) {
    match result {
        Err(HostError::Api { status, code, .. }) => (status, code),
        other => panic!("expected an answer of the API, got {other:?}"),
    }
}

pub(crate) fn dropped(written: MetadataWritten) -> Vec<DroppedKeys> {
    match written {
        MetadataWritten::Written { dropped, .. } => dropped,
        MetadataWritten::Conflict => panic!("unexpected conflict"),
    }
}

pub(crate) async fn metadata(host: &dyn Host) -> VersionedMetadata {
    host.metadata(&call("f")).await.unwrap()
}
