//! Behind PgBouncer in transaction mode, where each transaction may have another connection of the database.

use std::collections::HashMap;
use std::fs;
use std::net::{TcpListener, TcpStream};
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use onevent_store::{EventEnd, EventKind, NewEvent, Shares, Store, StoreOptions};
use serde_json::json;
use tempfile::TempDir;

use crate::scratch::options_for;
use crate::server::{Server, as_nobody_special};
use crate::support::{Scratch, establish, key, new_connection};

const LEASE: Duration = Duration::from_secs(60);
const CONNECTIONS: u32 = 6;
const EACH: u32 = 4;

/// A running PgBouncer.
struct Pooler {
    child: Child,
    port: u16,
    _folder: TempDir,
}

impl Pooler {
    fn start(server: &Server) -> Self {
        let folder = tempfile::tempdir().unwrap();
        fs::set_permissions(folder.path(), fs::Permissions::from_mode(0o755)).unwrap();
        let port = TcpListener::bind(("127.0.0.1", 0)).unwrap().local_addr().unwrap().port();
        let (settings, users) = (folder.path().join("pgbouncer.ini"), folder.path().join("users"));
        fs::write(&users, "\"app\" \"\"\n").unwrap();
        let text = format!(
            "[databases]\n* = host=127.0.0.1 port={}\n[pgbouncer]\nlisten_addr = 127.0.0.1\nlisten_port = {port}\n\
             unix_socket_dir =\nauth_type = trust\nauth_file = {}\npool_mode = transaction\ndefault_pool_size = 4\n\
             max_client_conn = 200\n",
            server.port(),
            users.display()
        );
        fs::write(&settings, text).unwrap();
        let program =
            ["/usr/sbin/pgbouncer", "/usr/bin/pgbouncer"].into_iter().find(|path| Path::new(path).exists());
        let program = program.expect("install the package pgbouncer (Debian: apt-get install pgbouncer)");
        let mut command = Command::new(program);
        command.arg("-q").arg(&settings).stdin(Stdio::null()).stderr(Stdio::null());
        as_nobody_special(&mut command);
        let child = command.spawn().unwrap();
        let answers = (0..1_000).any(|_| {
            std::thread::sleep(Duration::from_millis(20));
            TcpStream::connect(("127.0.0.1", port)).is_ok()
        });
        assert!(answers, "PgBouncer does not answer");
        Self { child, port, _folder: folder }
    }
}

impl Drop for Pooler {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Ends all events, on several nodes at once. What each connection's events were, in their order.
async fn work(stores: &[Store]) -> HashMap<String, Vec<u64>> {
    let tasks: Vec<_> = stores
        .iter()
        .map(|store| {
            let store = store.clone();
            tokio::spawn(async move {
                let mut idle = 0;
                while idle < 20 {
                    let claims =
                        store.queue().claim(EventKind::ALL, 3, LEASE, Shares::UNBOUNDED).await.unwrap();
                    idle = if claims.is_empty() { idle + 1 } else { 0 };
                    for claim in &claims {
                        assert!(store.queue().renew(claim, LEASE).await.unwrap());
                        let mut transaction = store.begin().await.unwrap();
                        let done = EventEnd::Done { run: None, result: Some(claim.event.payload.clone()) };
                        store.queue().finish(&mut transaction, claim, done).await.unwrap();
                        transaction.commit().await.unwrap();
                    }
                    tokio::time::sleep(Duration::from_millis(10)).await;
                }
            })
        })
        .collect();
    for task in tasks {
        task.await.unwrap();
    }
    let filter =
        onevent_store::EventFilter { limit: 1_000, ..onevent_store::EventFilter::of("dev".parse().unwrap()) };
    let mut done: Vec<_> = stores[0].events(&filter).await.unwrap();
    done.sort_by_key(|event| event.finished_at.unwrap());
    let mut orders: HashMap<String, Vec<u64>> = HashMap::new();
    for event in done {
        assert_eq!(event.attempt, 1);
        let event = stores[0].event(&"dev".parse().unwrap(), event.id).await.unwrap().unwrap();
        let order = orders.entry(event.summary.connection.connection_id.to_string()).or_default();
        order.push(event.payload["number"].as_u64().unwrap());
    }
    orders
}

async fn everything_works(options: StoreOptions) {
    let mut stores = Vec::new();
    for _ in 0..3 {
        stores.push(Store::open(options.clone()).await.unwrap());
    }
    for connection in 0..CONNECTIONS {
        let id = format!("c{connection}");
        establish(&stores[0], new_connection(&id, "tok-1")).await.unwrap();
        assert!(stores[1].provider(&key(&id)).await.unwrap().is_some());
    }
    for number in 0..EACH {
        for connection in 0..CONNECTIONS {
            let store = &stores[(number as usize + connection as usize) % 3];
            let mut transaction = store.begin().await.unwrap();
            let new = NewEvent::new(EventKind::Setup, key(&format!("c{connection}")));
            let new = NewEvent { payload: json!({ "number": number }), ..new };
            store.queue().enqueue(&mut transaction, new).await.unwrap();
            transaction.commit().await.unwrap();
        }
    }
    let orders = work(&stores).await;
    assert_eq!(orders.len(), CONNECTIONS as usize);
    for (connection, order) in orders {
        assert_eq!(order, (0..u64::from(EACH)).collect::<Vec<_>>(), "{connection}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn everything_works_behind_a_pooler_beside_which_it_listens() {
    let scratch = Scratch::new();
    let pooler = Pooler::start(Server::shared());
    let listen_url = Some(scratch.options().url);
    let options = options_for(&scratch.database().url_at(pooler.port));
    everything_works(StoreOptions { listen_url, ..options }).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn everything_works_behind_a_pooler_without_listening() {
    let scratch = Scratch::new();
    let pooler = Pooler::start(Server::shared());
    let url = format!("{}?statement-cache-capacity=0", scratch.database().url_at(pooler.port));
    everything_works(options_for(&url)).await;
}

/// More than there are connections behind the pooler, so that whoever needs a second one while it holds the first, waits
/// for ever.
const NODES_AT_ONCE: usize = 6;

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn the_first_nodes_install_everything_at_once_behind_a_pooler() {
    let pooler = Pooler::start(Server::shared());
    let scratch = Scratch::new();
    let url = format!("{}?statement-cache-capacity=0", scratch.database().url_at(pooler.port));
    let opening: Vec<_> = (0..NODES_AT_ONCE).map(|_| tokio::spawn(Store::open(options_for(&url)))).collect();
    for (number, store) in opening.into_iter().enumerate() {
        let store = store.await.unwrap().unwrap();
        let id = format!("c{number}");
        establish(&store, new_connection(&id, "tok-1")).await.unwrap();
        let mut transaction = store.begin().await.unwrap();
        store.queue().enqueue(&mut transaction, NewEvent::new(EventKind::Setup, key(&id))).await.unwrap();
        transaction.commit().await.unwrap();
        assert_eq!(store.queue().claim(EventKind::ALL, 9, LEASE, Shares::UNBOUNDED).await.unwrap().len(), 1);
    }
    let installed = "SELECT COUNT(*), COUNT(DISTINCT name) FROM pgmq.__pgmq_migrations";
    assert_eq!(scratch.database().sql(installed), "1|1");
    let queues = "SELECT COUNT(*) FROM pgmq.meta";
    assert_eq!(scratch.database().sql(queues), "3");
}
