//! A PostgreSQL database for a test alone.

use std::cell::RefCell;
use std::sync::Arc;
use std::time::Duration;

use onevent_contract::SystemClock;
use onevent_store::{EncryptionKey, KeySource, SchemaName, Store, StoreMode, StoreOptions};
use sqlx::postgres::{PgConnectOptions, PgPool};

use crate::server::{Database, Server};

/// The tables with moments in them by which the database's clock judges.
const JUDGED: &[(&str, &[&str])] = &[
    ("events", &["due_at", "lease_expires_at"]),
    ("operations", &["lease_expires_at"]),
    ("refreshes", &["lease_expires_at"]),
    ("run_locks", &["expires_at"]),
];
const QUEUES: &[&str] = &["functions", "actions", "webhooks"];

thread_local! {
    /// The databases of the test that runs on this thread.
    static DATABASES: RefCell<Vec<Database>> = const { RefCell::new(Vec::new()) };
}

/// The key to every database here.
const KEY: &str = "b25ldmVudCBvbmV2ZW50IG9uZXZlbnQgb25ldmVudCE=";

/// A database.
pub(crate) struct Scratch {
    database: Database,
}

impl Scratch {
    pub(crate) fn new() -> Self {
        Self::on(Server::shared())
    }

    pub(crate) fn on(server: &Server) -> Self {
        let database = server.database();
        DATABASES.with_borrow_mut(|databases| databases.push(database.clone()));
        Self { database }
    }

    pub(crate) fn database(&self) -> &Database {
        &self.database
    }

    pub(crate) fn options(&self) -> StoreOptions {
        options_for(&self.database.url())
    }

    pub(crate) async fn open(&self) -> Store {
        Store::open(self.options()).await.unwrap()
    }

    /// All that lies in the tables, as it lies there.
    pub(crate) fn content(&self) -> Vec<u8> {
        let tables =
            "SELECT string_agg(format('SELECT t::text FROM onevent.%I AS t', table_name), ' UNION ALL ')
                      FROM information_schema.tables WHERE table_schema = 'onevent'";
        let all = self.database.sql(tables);
        self.database.sql(&format!("SET bytea_output = 'escape'; {all}")).into_bytes()
    }

    /// A handle on the same tables beside the store, to look at and to damage what it wrote.
    pub(crate) async fn raw(&self) -> PgPool {
        let options: PgConnectOptions = self.database.url().parse().unwrap();
        PgPool::connect_with(options.options([("search_path", "onevent")])).await.unwrap()
    }
}

pub(crate) fn options_for(url: &str) -> StoreOptions {
    StoreOptions {
        url: url.parse().unwrap(),
        schema: SchemaName::default(),
        listen_url: None,
        key: KeySource::Given(EncryptionKey::from_base64(KEY).unwrap()),
        mode: StoreMode::ReadWrite,
        clock: Arc::new(SystemClock),
    }
}

/// The database's clock cannot be moved. What it judges by can: everything that is to come comes nearer.
pub(crate) fn time_passes(by: Duration) {
    let millis = by.as_millis();
    let mut sql = String::new();
    for (table, columns) in JUDGED {
        let set: Vec<_> = columns.iter().map(|column| format!("{column} = {column} - {millis}")).collect();
        sql.push_str(&format!("UPDATE onevent.{table} SET {}; ", set.join(", ")));
    }
    for queue in QUEUES {
        let table = format!("pgmq.q_onevent_onevent_{queue}");
        sql.push_str(&format!("UPDATE {table} SET vt = vt - INTERVAL '{millis} milliseconds'; "));
    }
    DATABASES.with_borrow(|databases| {
        for database in databases {
            database.sql(&sql);
        }
    });
}
