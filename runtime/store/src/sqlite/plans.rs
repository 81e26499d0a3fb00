//! How SQLite goes about statements whose time must not grow with what waits.

use sqlx::Row as _;
use sqlx::sqlite::SqlitePoolOptions;

use super::open::MIGRATIONS;
use crate::sql::SELECT_GROUPS;

/// What SQLite does for each step of a statement, on an empty database.
async fn plan(statement: &str) -> Vec<String> {
    let database = SqlitePoolOptions::new().max_connections(1).connect("sqlite::memory:").await.unwrap();
    for (_, _, migration) in MIGRATIONS {
        sqlx::raw_sql(sqlx::AssertSqlSafe(*migration)).execute(&database).await.unwrap();
    }
    let explain = format!("EXPLAIN QUERY PLAN {statement}");
    let rows = sqlx::query(sqlx::AssertSqlSafe(explain)).fetch_all(&database).await.unwrap();
    rows.iter().map(|row| row.get("detail")).collect()
}

/// A comparison of two columns at once would do for one look, and read all that waits of an integration.
#[tokio::test]
async fn an_integration_is_passed_over_in_one_look() {
    let plan = plan(SELECT_GROUPS).await;
    let looks: Vec<_> = plan.iter().filter(|step| step.starts_with("SEARCH next")).collect();
    let [same_environment, next_environment] = looks[..] else { panic!("{plan:?}") };
    assert!(same_environment.ends_with("(environment=? AND integration>?)"), "{plan:?}");
    assert!(next_environment.ends_with("(environment>?)"), "{plan:?}");
}
