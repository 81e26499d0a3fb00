//! Both databases have the same tables.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use crate::support::Scratch;

/// What only one of them has: the migrator's own table, and what the queue beside the table of events needs.
const OWN: &[&str] = &["onevent_migrations.", "events.message_id", "events.message_reads"];

/// Each column with whether it may be empty.
async fn of_sqlite() -> BTreeMap<String, bool> {
    let pool =
        sqlx::sqlite::SqlitePoolOptions::new().max_connections(1).connect("sqlite::memory:").await.unwrap();
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("migrations/sqlite");
    let mut files: Vec<_> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.sort();
    for file in files {
        let sql = sqlx::AssertSqlSafe(fs::read_to_string(file).unwrap());
        sqlx::raw_sql(sql).execute(&pool).await.unwrap();
    }
    let columns = "SELECT t.name || '.' || c.name, c.\"notnull\" = 0
                   FROM sqlite_master AS t, pragma_table_info(t.name) AS c
                   WHERE t.type = 'table' AND t.name NOT LIKE 'sqlite_%'";
    let rows: Vec<(String, bool)> = sqlx::query_as(columns).fetch_all(&pool).await.unwrap();
    rows.into_iter().collect()
}

#[tokio::test]
async fn both_databases_have_the_same_columns() {
    let scratch = Scratch::new();
    scratch.open().await;
    let columns =
        "SELECT table_name || '.' || column_name || ' ' || is_nullable FROM information_schema.columns
                   WHERE table_schema = 'onevent'";
    let here: BTreeMap<String, bool> = scratch
        .database()
        .sql(columns)
        .lines()
        .filter_map(|line| line.split_once(' '))
        .filter(|(column, _)| !OWN.iter().any(|own| column.starts_with(own)))
        .map(|(column, nullable)| (column.to_owned(), nullable == "YES"))
        .collect();
    assert!(here.len() > 100, "{here:?}");
    assert_eq!(here, of_sqlite().await);
}
