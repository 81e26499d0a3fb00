//! Tokens that are refreshed when a connection is used, at a real provider.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use axum::Router;
use axum::extract::{Request, State};
use axum::response::{IntoResponse as _, Response};
use http::StatusCode;
use jiff::Timestamp;
use onevent_contract::{
    Clock, ConnectionDetails, ConnectionQuery, Credentials, Host as _, HostCall, HostCalls as _, HostError,
    Instant, LogLevel, RefreshTokens, SystemClock, TokenRefresh,
};
use onevent_hosts::{
    Access, DryConnection, DryHost, DryHostOptions, Integrations, LiveHost, LiveHostOptions, RefreshTiming,
    RefusalListener, StoredTarget, TokenRefresher, TokenRefresherOptions,
};
use onevent_proxy::{EgressPolicy, Integration, Providers, Proxy, ProxyOptions, TargetSource as _};
use onevent_store::{
    ConnectionKey, ConnectionState, DatabaseUrl, DetailsPatch, KeySource, NewConnection, OPERATION_WAIT,
    Reconnection, RefreshFailureKind, SchemaName, Store, StoreError, StoreMode, StoreOptions,
    StoredConnection, Transaction, Visibility,
};
use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::net::TcpListener;
use tokio::sync::Semaphore;
use tokio_util::task::TaskTracker;
use url::form_urlencoded;

use crate::setup::{Call, api, call, key, object, request, text, token};

/// A provider whose refresh tokens are good for once: each refresh gives another one.
#[derive(Clone)]
struct Provider(Arc<ProviderState>);

struct ProviderState {
    url: Mutex<String>,
    /// How often it was asked for a token.
    asked: AtomicUsize,
    /// The tokens of this number are good.
    current: AtomicUsize,
    answers: Mutex<Answers>,
    /// One permit for each answer that the token endpoint may give.
    gate: Semaphore,
    waiting: Semaphore,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Answers {
    Tokens,
    Refusals,
    Failures,
}

impl Provider {
    async fn start() -> Self {
        let state = ProviderState {
            url: Mutex::default(),
            asked: AtomicUsize::new(0),
            current: AtomicUsize::new(1),
            answers: Mutex::new(Answers::Tokens),
            gate: Semaphore::new(1_000_000),
            waiting: Semaphore::new(0),
        };
        let provider = Self(Arc::new(state));
        let router = Router::new().fallback(answer).with_state(provider.clone());
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        *provider.0.url.lock().unwrap() = format!("http://{}", listener.local_addr().unwrap());
        tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
        provider
    }

    fn answers(&self, answers: Answers) {
        *self.0.answers.lock().unwrap() = answers;
    }

    fn asked(&self) -> usize {
        self.0.asked.load(Ordering::SeqCst)
    }

    /// The token endpoint answers nobody until it is let go on.
    fn hold(&self) {
        self.0.gate.forget_permits(1_000_000);
    }

    fn go_on(&self) {
        self.0.gate.add_permits(1_000);
    }

    /// Waits until somebody waits for an answer.
    async fn is_asked(&self) {
        self.0.waiting.acquire().await.unwrap().forget();
    }
}

async fn answer(State(provider): State<Provider>, request: Request) -> Response {
    let state = &provider.0;
    let good = |state: &ProviderState| state.current.load(Ordering::SeqCst);
    if request.uri().path() != "/token" {
        let sent =
            request.headers().get("authorization").map_or("", |value| value.to_str().unwrap()).to_owned();
        let status = if sent == format!("Bearer access-{}", good(state)) { 200 } else { 401 };
        return (StatusCode::from_u16(status).unwrap(), sent).into_response();
    }
    let body = axum::body::to_bytes(request.into_body(), usize::MAX).await.unwrap();
    state.asked.fetch_add(1, Ordering::SeqCst);
    state.waiting.add_permits(1);
    state.gate.acquire().await.unwrap().forget();
    let answers = *state.answers.lock().unwrap();
    let form: Vec<(String, String)> = form_urlencoded::parse(&body).into_owned().collect();
    let refresh_token = form.iter().find(|(name, _)| name == "refresh_token").map(|(_, value)| value.clone());
    let known = refresh_token == Some(format!("refresh-{}", good(state)));
    match (answers, known) {
        (Answers::Failures, _) => StatusCode::SERVICE_UNAVAILABLE.into_response(),
        (Answers::Tokens, true) => {
            let next = state.current.fetch_add(1, Ordering::SeqCst) + 1;
            let token = json!({
                "access_token": format!("access-{next}"), "refresh_token": format!("refresh-{next}"),
                "expires_in": 3600,
            });
            axum::Json(token).into_response()
        }
        (Answers::Refusals, _) | (Answers::Tokens, false) => {
            let error =
                json!({"error": "invalid_grant", "error_description": format!("no {refresh_token:?}")});
            (StatusCode::BAD_REQUEST, axum::Json(error)).into_response()
        }
    }
}

/// The system's clock, some time later.
#[derive(Default)]
struct Later(Mutex<Duration>);

impl Later {
    fn by(&self, duration: Duration) {
        *self.0.lock().unwrap() += duration;
    }
}

impl Clock for Later {
    fn now(&self) -> Timestamp {
        SystemClock.now().checked_add(*self.0.lock().unwrap()).unwrap()
    }

    fn monotonic(&self) -> Instant {
        SystemClock.monotonic() + *self.0.lock().unwrap()
    }
}

/// Remembers the refusals that it is told of.
#[derive(Default)]
struct Refusals(Mutex<Vec<String>>);

#[async_trait]
impl RefusalListener for Refusals {
    async fn refused(
        &self,
        _within: &mut Transaction,
        auth_mode: &str,
        connection: &StoredConnection,
        message: &str,
    ) -> Result<(), StoreError> {
        self.0.lock().unwrap().push(format!("{auth_mode} {}: {message}", connection.key().connection_id));
        Ok(())
    }
}

struct World {
    folder: TempDir,
    provider: Provider,
    clock: Arc<Later>,
    integrations: Arc<Integrations>,
    refusals: Arc<Refusals>,
    here: Node,
}

/// What one process has.
struct Node {
    store: Store,
    proxy: Proxy,
    tasks: TaskTracker,
    refresher: TokenRefresher,
}

impl World {
    /// With the connection `acme`, whose token lasts for so long from now.
    async fn new(lasts: Duration) -> Self {
        let (folder, provider, clock) =
            (tempfile::tempdir().unwrap(), Provider::start().await, Arc::<Later>::default());
        let url = provider.0.url.lock().unwrap().clone();
        let yaml =
            format!("p:\n  auth_mode: OAUTH2\n  token_url: {url}/token\n  proxy:\n    base_url: {url}\n");
        let template = Providers::from_yaml(&yaml, "test").unwrap().get("p").unwrap();
        let p: onevent_contract::IntegrationId = "p".parse().unwrap();
        let integration =
            Integration { client_id: Some("client-1".into()), ..Integration::new(p.clone(), template) };
        let integrations: Arc<Integrations> = Arc::new([(p, Arc::new(integration))].into_iter().collect());
        let refusals = Arc::<Refusals>::default();
        let here = Node::open(&folder, &clock, &refusals, StoreMode::ReadWrite).await;
        let world = Self { folder, provider, clock, integrations, refusals, here };
        let new = NewConnection {
            key: acme(),
            provider: "p".into(),
            credentials: world.credentials(1, lasts),
            connection_config: object(json!({})),
            metadata: None,
            details: ConnectionDetails::default(),
        };
        let mut transaction = world.here.store.begin().await.unwrap();
        transaction.insert_connection(&new, ConnectionState::Established).await.unwrap();
        transaction.commit().await.unwrap();
        world
    }

    fn credentials(&self, number: usize, lasts: Duration) -> Credentials {
        let end = self.clock.now().checked_add(lasts).unwrap().to_string();
        let credentials = json!({
            "type": "OAUTH2", "access_token": format!("access-{number}"),
            "refresh_token": format!("refresh-{number}"), "expires_at": end,
        });
        Credentials::from_json(credentials, None).unwrap()
    }

    /// Another process on the same database.
    async fn there(&self) -> Node {
        Node::open(&self.folder, &self.clock, &self.refusals, StoreMode::ReadWrite).await
    }

    fn host(&self, node: &Node, access: Access, timing: RefreshTiming) -> LiveHost {
        LiveHost::new(LiveHostOptions {
            store: node.store.clone(),
            proxy: node.proxy.clone(),
            refresher: node.refresher.clone(),
            timing,
            integrations: Arc::clone(&self.integrations),
            connection: acme(),
            access,
        })
    }

    fn live(&self, node: &Node) -> LiveHost {
        self.host(node, Access::Normal, RefreshTiming::BeforeExpiry)
    }

    /// The token that a run gets, and the status of a request with it.
    async fn used(&self, host: &LiveHost) -> Result<(String, u16), HostError> {
        let connection = host.connection(&call("f"), ConnectionQuery::default()).await?;
        let status = host.proxy(&call("f"), request(None, None)).await?.status;
        Ok((token(&connection).to_owned(), status))
    }

    async fn stored(&self) -> StoredConnection {
        self.here.store.connection(&acme(), Visibility::Established).await.unwrap().unwrap()
    }
}

impl Node {
    async fn open(folder: &TempDir, clock: &Arc<Later>, refusals: &Arc<Refusals>, mode: StoreMode) -> Self {
        let store = Store::open(StoreOptions {
            url: DatabaseUrl::sqlite(folder.path().join("onevent.sqlite3")),
            schema: SchemaName::default(),
            listen_url: None,
            key: KeySource::File,
            mode,
            clock: clock.clone(),
        });
        let store = store.await.unwrap();
        let egress = EgressPolicy::allowing(["127.0.0.0/8".parse().unwrap()]);
        let proxy =
            Proxy::new(ProxyOptions { egress, clock: clock.clone(), ..ProxyOptions::default() }).unwrap();
        let (listener, tasks) = (Some(Arc::clone(refusals) as Arc<dyn RefusalListener>), TaskTracker::new());
        let refresher = TokenRefresher::new(TokenRefresherOptions {
            store: store.clone(),
            proxy: proxy.clone(),
            tasks: tasks.clone(),
            listener,
        });
        Self { store, proxy, tasks, refresher }
    }
}

fn acme() -> ConnectionKey {
    key("p", "acme")
}

const MINUTE: Duration = Duration::from_secs(60);
const HOUR: Duration = Duration::from_secs(3600);

fn logged(call: &Call) -> Vec<(LogLevel, String)> {
    call.log.effects().logs.into_iter().map(|line| (line.level, line.message)).collect()
}

#[tokio::test]
async fn a_token_that_is_about_to_expire_is_refreshed_and_kept() {
    let world = World::new(10 * MINUTE).await;
    let host = world.live(&world.here);
    assert_eq!(world.used(&host).await.unwrap(), ("access-2".into(), 200));
    assert_eq!(world.used(&host).await.unwrap(), ("access-2".into(), 200));
    assert_eq!(world.provider.asked(), 1);
    let stored = world.stored().await;
    assert_eq!(stored.connection.credentials.text("refresh_token").unwrap().reveal(), "refresh-2");
    assert!(stored.refresh.refreshed_at.is_some() && stored.refresh.failure.is_none());
    // Once it is about to expire in its turn, the new refresh token is used.
    world.clock.by(50 * MINUTE);
    assert_eq!(world.used(&host).await.unwrap(), ("access-3".into(), 200));
}

#[tokio::test]
async fn a_token_that_lasts_is_left_alone_until_somebody_wants_another_one() {
    let world = World::new(HOUR).await;
    let host = world.live(&world.here);
    assert_eq!(world.used(&host).await.unwrap(), ("access-1".into(), 200));
    assert_eq!(world.provider.asked(), 0);
    let forced = ConnectionQuery { refresh: TokenRefresh::Now, ..ConnectionQuery::default() };
    let run = call("f");
    let connection = host.connection(&run, forced.clone()).await.unwrap();
    assert_eq!((token(&connection), world.provider.asked()), ("access-2", 1));
    assert_eq!(logged(&run), [(LogLevel::Info, "the access token was refreshed".to_owned())]);
    // The refresh token is shown to who asks for it.
    assert_eq!(connection["credentials"].get("refresh_token"), None);
    assert_eq!(connection["credentials"]["raw"].get("refresh_token"), None);
    let with = ConnectionQuery { refresh_tokens: RefreshTokens::Included, ..ConnectionQuery::default() };
    let connection = host.connection(&run, with).await.unwrap();
    assert_eq!(connection["credentials"]["refresh_token"], "refresh-2");
    // What the run was given is hidden in its report from then on.
    let hidden: Vec<String> = run.effects.hidden().iter().map(|secret| secret.reveal().to_owned()).collect();
    assert!(
        hidden.contains(&"access-2".to_owned()) && hidden.contains(&"refresh-2".to_owned()),
        "{hidden:?}"
    );
}

#[tokio::test]
async fn the_runs_of_the_operation_that_brought_a_token_try_it_as_it_is() {
    let world = World::new(10 * MINUTE).await;
    let host = world.host(&world.here, Access::Normal, RefreshTiming::AfterExpiry);
    assert_eq!(world.used(&host).await.unwrap(), ("access-1".into(), 200));
    world.clock.by(10 * MINUTE);
    assert_eq!(world.used(&host).await.unwrap(), ("access-2".into(), 200));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn many_runs_of_two_processes_at_once_refresh_once() {
    let world = Arc::new(World::new(Duration::ZERO).await);
    let there = Arc::new(world.there().await);
    world.provider.hold();
    let mut runs = Vec::new();
    for number in 0..20 {
        let (world, there) = (Arc::clone(&world), Arc::clone(&there));
        runs.push(tokio::spawn(async move {
            let node = if number % 2 == 0 { &world.here } else { &*there };
            world.used(&world.live(node)).await.unwrap()
        }));
    }
    world.provider.is_asked().await;
    world.provider.go_on();
    for run in runs {
        assert_eq!(run.await.unwrap(), ("access-2".into(), 200));
    }
    assert_eq!(world.provider.asked(), 1);
}

#[tokio::test]
async fn a_process_that_died_in_a_refresh_holds_others_up_until_its_lease_is_over() {
    let world = World::new(Duration::ZERO).await;
    let there = world.there().await;
    let dead = there.store.refresh_turn(&acme(), MINUTE).await.unwrap().lease().await.unwrap().unwrap();
    let host = world.live(&world.here);
    let used = world.used(&host);
    let after = async {
        // Sooner or later makes no difference: it waits until the lease is over.
        tokio::time::sleep(Duration::from_millis(300)).await;
        world.clock.by(onevent_store::REFRESH_LEASE);
    };
    let (used, ()) = tokio::join!(used, after);
    assert_eq!(used.unwrap(), ("access-2".into(), 200));
    drop(dead);
}

#[tokio::test]
async fn a_token_that_was_answered_is_stored_though_its_run_was_stopped() {
    let world = World::new(Duration::ZERO).await;
    world.provider.hold();
    let host = world.live(&world.here);
    let run = call("f");
    tokio::select! {
        _ = host.connection(&run, ConnectionQuery::default()) => panic!("the provider does not answer"),
        () = world.provider.is_asked() => {}
    }
    world.provider.go_on();
    world.here.tasks.close();
    world.here.tasks.wait().await;
    assert_eq!(
        world.stored().await.connection.credentials.text("access_token").unwrap().reveal(),
        "access-2"
    );
}

#[tokio::test]
async fn what_comes_of_old_credentials_does_not_replace_new_ones() {
    let world = World::new(Duration::ZERO).await;
    world.provider.hold();
    let host = world.live(&world.here);
    let reconnect = async {
        world.provider.is_asked().await;
        let new = Reconnection {
            provider: "p".into(),
            credentials: world.credentials(7, HOUR),
            connection_config: None,
            details: DetailsPatch::default(),
            metadata: None,
        };
        let guard = world.here.store.begin_override(&acme(), new, OPERATION_WAIT).await.unwrap();
        let mut last = guard.begin().await.unwrap();
        last.accept_credentials(&acme()).await.unwrap();
        guard.end(last).await.unwrap();
        world.provider.go_on();
    };
    let run = call("f");
    let (connection, ()) = tokio::join!(host.connection(&run, ConnectionQuery::default()), reconnect);
    assert_eq!(token(&connection.unwrap()), "access-7");
    let stored = world.stored().await;
    assert_eq!(stored.connection.credentials.text("refresh_token").unwrap().reveal(), "refresh-7");
}

#[tokio::test]
async fn a_provider_that_does_not_accept_a_token_is_asked_for_another_one_once() {
    let world = World::new(HOUR).await;
    let host = world.live(&world.here);
    // The provider ended the session: the token does not know it.
    world.clock.by(MINUTE);
    let forced = ConnectionQuery { refresh: TokenRefresh::Now, ..ConnectionQuery::default() };
    host.connection(&call("f"), forced).await.unwrap();
    let mut transaction = world.here.store.begin().await.unwrap();
    let stale = Reconnection {
        provider: "p".into(),
        credentials: {
            let end = world.clock.now().checked_add(HOUR).unwrap().to_string();
            let stale = json!({"type": "OAUTH2", "access_token": "gone", "refresh_token": "refresh-2", "expires_at": end});
            Credentials::from_json(stale, None).unwrap()
        },
        connection_config: None,
        details: DetailsPatch::default(),
        metadata: None,
    };
    transaction.replace_credentials(&acme(), &stale).await.unwrap();
    transaction.commit().await.unwrap();
    world.clock.by(2 * MINUTE);
    let run = call("f");
    let response = host.proxy(&run, request(None, None)).await;
    assert_eq!(text(response).await, "Bearer access-3");
    let statuses: Vec<_> = run.log.effects().http.iter().map(|effect| effect.attempt).collect();
    assert_eq!((statuses, world.provider.asked()), (vec![1, 2], 2));
    // A 401 right after a refresh has another reason: nobody is asked again.
    world.provider.0.current.store(9, Ordering::SeqCst);
    let response = host.proxy(&call("f"), request(None, None)).await.unwrap();
    assert_eq!((response.status, world.provider.asked()), (401, 2));
}

#[tokio::test]
async fn a_refusal_is_424_is_told_once_a_day_and_backs_off() {
    let world = World::new(Duration::ZERO).await;
    world.provider.answers(Answers::Refusals);
    let host = world.live(&world.here);
    let read = async || api(host.connection(&call("f"), ConnectionQuery::default()).await);
    assert_eq!(read().await, (424, "invalid_credentials".into()));
    // Nobody is asked for half a minute, whoever wants it.
    assert_eq!(read().await, (424, "connection_refresh_backoff".into()));
    let proxied = api(host.proxy(&call("f"), request(None, None)).await);
    assert_eq!(proxied, (424, "connection_refresh_backoff".into()));
    assert_eq!(world.provider.asked(), 1);
    world.clock.by(Duration::from_secs(31));
    let proxied = api(host.proxy(&call("f"), request(None, None)).await);
    assert_eq!((proxied, world.provider.asked()), ((424, "server_error".into()), 2));
    let told = world.refusals.0.lock().unwrap().clone();
    assert_eq!(told.len(), 1, "{told:?}");
    assert!(told[0].starts_with("OAUTH2 acme: the provider refused: invalid_grant: "), "{told:?}");
    assert!(!told[0].contains("refresh-1"), "{told:?}");
    let failure = world.stored().await.refresh.failure.unwrap();
    assert_eq!(failure.kind, RefreshFailureKind::Refused);
    // Metadata needs no token.
    host.call(&call("f"), HostCall::Metadata).await.unwrap();
    // Who insists asks at once, and a provider that has changed its mind mends it.
    world.provider.answers(Answers::Tokens);
    let forced = ConnectionQuery { refresh: TokenRefresh::Now, ..ConnectionQuery::default() };
    assert_eq!(token(&host.connection(&call("f"), forced).await.unwrap()), "access-2");
    assert_eq!(world.used(&host).await.unwrap(), ("access-2".into(), 200));
}

#[tokio::test]
async fn four_days_of_refusals_exhaust_a_connection_and_cleanup_goes_on_with_what_there_is() {
    let world = World::new(Duration::ZERO).await;
    world.provider.answers(Answers::Refusals);
    let host = world.live(&world.here);
    for _ in 0..4 {
        api(host.connection(&call("f"), ConnectionQuery::default()).await);
        world.clock.by(24 * HOUR);
    }
    assert_eq!(world.refusals.0.lock().unwrap().len(), 4);
    let asked = world.provider.asked();
    assert!(world.stored().await.auth_error.is_some());
    let refused = api(host.connection(&call("f"), ConnectionQuery::default()).await);
    assert_eq!((refused, world.provider.asked()), ((424, "invalid_credentials".into()), asked));
    let cleanup = world.host(&world.here, Access::LastAccepted, RefreshTiming::BeforeExpiry);
    let run = call("f");
    let connection = cleanup.connection(&run, ConnectionQuery::default()).await.unwrap();
    assert_eq!(token(&connection), "access-1");
    assert!(logged(&run)[0].1.starts_with("the access token is used as it is"), "{:?}", logged(&run));
    assert_eq!(world.used(&cleanup).await.unwrap(), ("access-1".into(), 200));
    // A token that is to be had is used.
    world.clock.by(MINUTE);
    world.provider.answers(Answers::Tokens);
    assert_eq!(world.used(&cleanup).await.unwrap(), ("access-2".into(), 200));
}

#[tokio::test]
async fn a_provider_that_is_down_refuses_nothing_and_a_token_that_lasts_is_used_meanwhile() {
    let world = World::new(5 * MINUTE).await;
    world.provider.answers(Answers::Failures);
    let host = world.live(&world.here);
    assert_eq!(world.used(&host).await.unwrap(), ("access-1".into(), 200));
    assert_eq!(world.provider.asked(), 1, "the second use is within the half minute");
    world.clock.by(5 * MINUTE);
    let refused = api(host.connection(&call("f"), ConnectionQuery::default()).await);
    assert_eq!(refused, (424, "connection_refresh_backoff".into()));
    let state = world.stored().await.refresh;
    assert_eq!((state.refused_days, state.failure.unwrap().kind), (0, RefreshFailureKind::Unavailable));
    assert!(world.refusals.0.lock().unwrap().is_empty());
    world.provider.answers(Answers::Tokens);
    world.clock.by(Duration::from_secs(31));
    assert_eq!(world.used(&host).await.unwrap(), ("access-2".into(), 200));
}

#[tokio::test]
async fn calls_that_no_function_makes_refresh_too() {
    let world = World::new(Duration::ZERO).await;
    let target = StoredTarget::new(world.here.refresher.clone(), Arc::clone(&world.integrations), acme());
    let fresh = target.target().await.unwrap();
    assert_eq!(fresh.credentials.bearer_token().unwrap().reveal(), "access-2");
    let read = target.connection(TokenRefresh::WhenDue).await.unwrap();
    assert_eq!(read.connection.credentials.bearer_token().unwrap().reveal(), "access-2");
    assert_eq!(world.provider.asked(), 1);
    target.connection(TokenRefresh::Now).await.unwrap();
    assert_eq!(world.provider.asked(), 2);
}

#[tokio::test]
async fn a_dry_run_uses_up_no_refresh_token() {
    let world = World::new(Duration::ZERO).await;
    let reading = Node::open(&world.folder, &world.clock, &world.refusals, StoreMode::ReadOnly).await;
    let host = DryHost::new(DryHostOptions {
        connection: DryConnection::stored(world.stored().await),
        environment: acme().environment,
        store: Some(reading.store.clone()),
        proxy: world.here.proxy.clone(),
        integrations: Arc::clone(&world.integrations),
        access: Access::Normal,
    });
    let run = call("f");
    let forced = ConnectionQuery { refresh: TokenRefresh::Now, ..ConnectionQuery::default() };
    assert_eq!(token(&host.connection(&run, forced).await.unwrap()), "access-1");
    assert_eq!(world.provider.asked(), 0);
    let lines = logged(&run);
    assert!(lines[0].1.contains("a dry run does not refresh it"), "{lines:?}");
    // Nor does anybody else who may only read.
    let only_reading = world.live(&reading);
    assert_eq!(world.used(&only_reading).await.unwrap(), ("access-1".into(), 200));
    assert_eq!(world.provider.asked(), 0);
    let value: Value = json!(world.stored().await.refresh.refreshed_at.map(|at| at.to_string()));
    assert_eq!(value, Value::Null);
}
