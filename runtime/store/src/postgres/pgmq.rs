//! PGMQ: who may work on which event, and when.
//!
//! All that is known of PGMQ is in this file. A message holds the id of an event, whose row is the truth about it; a
//! lane is a FIFO group. What has to be kept in mind:
//!
//! - Numbers are given out before a commit. Whoever sends takes its turn of the
//!   connection first (`MessageQueue::take_turn`), so that the order of numbers is the order of commits.
//! - `read_grouped_head` alone keeps a group behind its head, whoever is at it and however often it is tried.
//! - Neither `set_vt` nor `delete` asks who holds a message: `(msg_id, read_ct)` does, so both are statements of ours.
//! - Whom to tell of a new message is in an unlogged table: after a crash it is empty, and nothing says so.
//! - A message that was done is deleted, not archived: its event stays.

use std::fmt;
use std::time::Duration;

use pgmq::{PGMQueueExt, PgmqError};
use serde_json::Value as Json;
use sqlx::postgres::{PgArguments, PgConnection, PgExecutor, PgPool};
use sqlx::query::Query;
use sqlx::{AssertSqlSafe, Postgres, Row as _, Transaction};

use super::error::failed;
use super::prepared::Prepared;
use crate::{ConnectionKey, EventKind, SchemaName, StoreError};

/// How often at most a listener is told of new messages. They come in bursts, and one word is enough for all.
const TOLD_EVERY: Duration = Duration::from_millis(100);
/// The header that names a message's FIFO group.
const GROUP: &str = "x-pgmq-group";
/// How many versions of rows may be dead before they are cleared away, for each row of a queue's table: a message is
/// written anew each time it is claimed or renewed.
const VACUUM_SCALE: &str = "0.02";
/// The longest time that is added to now: a hundred years, within what a timestamp of the database can hold.
const LONGEST_MILLIS: i64 = 100 * 366 * 24 * 60 * 60 * 1000;
/// How often it is tried to install PGMQ, while others do the same.
const INSTALLATION_TRIES: u32 = 3;
/// Keeps two processes from creating the queues at once.
const PREPARATION_LOCK: i64 = 0x6f6e_6576_656e_7402;

/// What is claimed apart, so that slow webhooks take no place of functions.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Line {
    Functions,
    Actions,
    Webhooks,
}

impl Line {
    pub(super) const ALL: [Self; 3] = [Self::Functions, Self::Actions, Self::Webhooks];

    pub(super) fn of(kind: EventKind) -> Self {
        match kind {
            EventKind::Setup | EventKind::Cleanup => Self::Functions,
            EventKind::Action => Self::Actions,
            EventKind::Webhook => Self::Webhooks,
        }
    }

    fn as_str(self) -> &'static str {
        match self {
            Self::Functions => "functions",
            Self::Actions => "actions",
            Self::Webhooks => "webhooks",
        }
    }
}

/// A message that somebody holds: nobody else has it while both numbers are its own.
#[derive(Debug, Clone, Copy)]
pub(super) struct Held {
    pub(super) line: Line,
    pub(super) number: i64,
    pub(super) reads: i64,
}

/// A message that was claimed.
#[derive(Debug)]
pub(super) struct Claimed {
    pub(super) event_id: String,
    pub(super) held: Held,
}

/// Our queues among those of a database.
#[derive(Clone)]
pub(crate) struct Lines {
    pgmq: PGMQueueExt,
    /// `onevent_SCHEMA`: the tables of all users of PGMQ are in one schema.
    prefix: String,
    pub(super) prepared: Prepared,
}

impl fmt::Debug for Lines {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Lines").field("prefix", &self.prefix).finish_non_exhaustive()
    }
}

impl Lines {
    pub(super) async fn new(schema: &SchemaName, pool: &PgPool, prepared: Prepared) -> Self {
        let pgmq = PGMQueueExt::new_with_pool(pool.clone()).await;
        Self { pgmq, prefix: format!("onevent_{schema}"), prepared }
    }

    /// PGMQ's crate names its statements, which no pooler can stand: what is asked often, is asked here.
    fn query(&self, sql: String) -> Query<'static, Postgres, PgArguments> {
        sqlx::query(AssertSqlSafe(sql)).persistent(self.prepared == Prepared::Kept)
    }

    fn name(&self, line: Line) -> String {
        format!("{}_{}", self.prefix, line.as_str())
    }

    /// Installs PGMQ where nobody has, and creates the queues that are missing.
    pub(super) async fn prepare(&self, pool: &PgPool) -> Result<(), StoreError> {
        if self.are_there(pool).await? {
            return Ok(());
        }
        // Before our lock is taken: whoever waits for that holds a connection, and behind a pooler there may be no second
        // one left for whoever has it.
        self.install(pool).await?;
        let mut transaction = locked(pool).await?;
        for line in Line::ALL {
            let name = self.name(line);
            let create = sqlx::query("SELECT pgmq.create($1)").persistent(false).bind(&name);
            create.execute(&mut *transaction).await.map_err(failed)?;
            let vacuum =
                format!("ALTER TABLE pgmq.q_{name} SET (autovacuum_vacuum_scale_factor = {VACUUM_SCALE})");
            sqlx::query(AssertSqlSafe(vacuum))
                .persistent(false)
                .execute(&mut *transaction)
                .await
                .map_err(failed)?;
        }
        transaction.commit().await.map_err(failed)
    }

    async fn are_there(&self, pool: &PgPool) -> Result<bool, StoreError> {
        let mut transaction = pool.begin().await.map_err(failed)?;
        for line in Line::ALL {
            let query = sqlx::query("SELECT to_regclass($1) IS NOT NULL AS there").persistent(false);
            let name = format!("pgmq.q_{}", self.name(line));
            if !is_there(query.bind(name), &mut *transaction).await? {
                return Ok(false);
            }
        }
        Ok(true)
    }

    /// Installs PGMQ where nobody has: this onevent, another one, or whoever made it an extension.
    ///
    /// PGMQ takes a lock for that. A transaction that waited for it may not see what was installed meanwhile, because the
    /// database remembers that it was not there; the next transaction does.
    async fn install(&self, pool: &PgPool) -> Result<(), StoreError> {
        let mut tries = 1;
        while !self.is_installed(pool).await? {
            match self.pgmq.install_sql_from_embedded().await {
                Ok(()) => break,
                Err(_) if tries < INSTALLATION_TRIES => tries += 1,
                Err(error) => return Err(pgmq_failed(error)),
            }
        }
        Ok(())
    }

    async fn is_installed(&self, pool: &PgPool) -> Result<bool, StoreError> {
        // In a transaction: behind a pooler the second half of a statement may find another connection.
        let mut transaction = pool.begin().await.map_err(failed)?;
        let installed = sqlx::query("SELECT to_regproc('pgmq.read_grouped_head') IS NOT NULL AS there");
        is_there(installed.persistent(false), &mut *transaction).await
    }

    /// What a listener listens to.
    pub(super) fn channels(&self) -> Result<Vec<String>, StoreError> {
        let channel = |line| {
            let name = self.name(line);
            pgmq::util::queue_name_to_insert_notification_channel_name(name.as_str())
                .map_err(|error: pgmq::types::queue_name::QueueNameError| pgmq_failed(error.into()))
        };
        Line::ALL.into_iter().map(channel).collect()
    }

    /// Makes the database tell of new messages, where it does not.
    pub(super) async fn ask_to_be_told(&self, pool: &PgPool) -> Result<(), StoreError> {
        for line in Line::ALL {
            let name = self.name(line);
            let mut transaction = locked(pool).await?;
            let told =
                "SELECT EXISTS (SELECT 1 FROM pgmq.notify_insert_throttle WHERE queue_name = $1) AS there";
            if !is_there(sqlx::query(told).persistent(false).bind(&name), &mut *transaction).await? {
                let asked = self.pgmq.enable_notify_insert_with_cxn(&name, TOLD_EVERY, &mut *transaction);
                asked.await.map_err(pgmq_failed)?;
            }
            transaction.commit().await.map_err(failed)?;
        }
        Ok(())
    }

    /// Sends a message of a lane. Nobody reads it before the transaction is committed.
    pub(super) async fn send(
        &self,
        line: Line,
        key: &ConnectionKey,
        lane: &str,
        event_id: &str,
        within: &mut PgConnection,
    ) -> Result<i64, StoreError> {
        let headers = headers(key, lane);
        let name = self.name(line);
        let sql = "SELECT sent AS number FROM pgmq.send($1, CAST($2 AS JSONB), CAST($3 AS JSONB), 0) AS sent";
        let query = self.query(sql.to_owned()).bind(name).bind(Json::from(event_id).to_string());
        let row = query.bind(headers.to_string()).fetch_one(within).await.map_err(failed)?;
        row.try_get("number").map_err(failed)
    }

    /// Claims heads of lanes that are due and nobody's, by their numbers.
    pub(super) async fn read(
        &self,
        line: Line,
        most: usize,
        lease: Duration,
        within: &mut PgConnection,
    ) -> Result<Vec<Claimed>, StoreError> {
        // Whole seconds, and no shorter lease than what was asked for.
        let seconds = i32::try_from(lease.as_millis().div_ceil(1000)).unwrap_or(i32::MAX);
        let (name, most) = (self.name(line), i32::try_from(most).unwrap_or(i32::MAX));
        let sql = "SELECT msg_id AS number, CAST(read_ct AS BIGINT) AS reads, message #>> '{}' AS event_id
                   FROM pgmq.read_grouped_head($1, $2, $3) ORDER BY msg_id";
        let query = self.query(sql.to_owned()).bind(name).bind(seconds).bind(most);
        let rows = query.fetch_all(within).await.map_err(failed)?;
        rows.iter()
            .map(|row| {
                let (number, reads) = (row.try_get("number")?, row.try_get("reads")?);
                Ok(Claimed { event_id: row.try_get("event_id")?, held: Held { line, number, reads } })
            })
            .collect::<Result<_, _>>()
            .map_err(failed)
    }

    /// Nobody reads the message before so long from now, by the database's clock. Whether it is held still.
    pub(super) async fn hide(
        &self,
        held: Held,
        wait: Duration,
        within: &mut PgConnection,
    ) -> Result<bool, StoreError> {
        let sql = format!(
            "UPDATE pgmq.q_{} SET vt = clock_timestamp() + CAST($3 AS BIGINT) * INTERVAL '1 millisecond'
             WHERE msg_id = $1 AND read_ct = $2",
            self.name(held.line)
        );
        let query = self.query(sql).bind(held.number).bind(held.reads).bind(millis(wait));
        Ok(query.execute(within).await.map_err(failed)?.rows_affected() > 0)
    }

    /// Takes a message that was just sent, for whoever sent it.
    pub(super) async fn take(
        &self,
        held: Held,
        lease: Duration,
        within: &mut PgConnection,
    ) -> Result<(), StoreError> {
        let sql = format!("UPDATE pgmq.q_{} SET read_ct = $2 WHERE msg_id = $1", self.name(held.line));
        let query = self.query(sql).bind(held.number).bind(held.reads);
        query.execute(&mut *within).await.map_err(failed)?;
        self.hide(held, lease, within).await?;
        Ok(())
    }

    /// Claims a message that is due and nobody's, whether or not it is the head of its lane.
    pub(super) async fn claim(
        &self,
        waiting: Held,
        lease: Duration,
        within: &mut PgConnection,
    ) -> Result<Option<Held>, StoreError> {
        let sql = format!(
            "UPDATE pgmq.q_{}
             SET vt = clock_timestamp() + CAST($2 AS BIGINT) * INTERVAL '1 millisecond', read_ct = read_ct + 1,
                 last_read_at = clock_timestamp()
             WHERE msg_id = $1 AND vt <= clock_timestamp()
             RETURNING CAST(read_ct AS BIGINT) AS reads",
            self.name(waiting.line)
        );
        let query = self.query(sql).bind(waiting.number).bind(millis(lease));
        let row = query.fetch_optional(within).await.map_err(failed)?;
        let reads = row.map(|row| row.try_get("reads").map_err(failed)).transpose()?;
        Ok(reads.map(|reads| Held { reads, ..waiting }))
    }

    /// Sends a message that was deleted, at the place that it had.
    pub(super) async fn send_again(
        &self,
        held: Held,
        key: &ConnectionKey,
        lane: &str,
        event_id: &str,
        within: &mut PgConnection,
    ) -> Result<(), StoreError> {
        let sql = format!(
            "INSERT INTO pgmq.q_{} (msg_id, read_ct, vt, message, headers) OVERRIDING SYSTEM VALUE
             VALUES ($1, $2, clock_timestamp(), CAST($3 AS JSONB), CAST($4 AS JSONB))",
            self.name(held.line)
        );
        let query = self
            .query(sql)
            .bind(held.number)
            .bind(held.reads)
            .bind(Json::from(event_id).to_string())
            .bind(headers(key, lane).to_string());
        query.execute(within).await.map_err(failed)?;
        Ok(())
    }

    /// The lane goes on. Whether the message was held still.
    pub(super) async fn delete(&self, held: Held, within: &mut PgConnection) -> Result<bool, StoreError> {
        let sql = format!("DELETE FROM pgmq.q_{} WHERE msg_id = $1 AND read_ct = $2", self.name(held.line));
        let query = self.query(sql).bind(held.number).bind(held.reads);
        Ok(query.execute(within).await.map_err(failed)?.rows_affected() > 0)
    }
}

/// The FIFO group of a lane.
fn headers(key: &ConnectionKey, lane: &str) -> Json {
    let group = [key.environment.as_str(), key.integration.as_str(), key.connection_id.as_str(), lane]
        .map(Json::from);
    Json::from_iter([(GROUP, Json::from(group.to_vec()).to_string())])
}

fn millis(duration: Duration) -> i64 {
    i64::try_from(duration.as_millis()).unwrap_or(i64::MAX).min(LONGEST_MILLIS)
}

/// A transaction that keeps others from preparing the same until it ends.
async fn locked(pool: &PgPool) -> Result<Transaction<'static, Postgres>, StoreError> {
    let mut transaction = pool.begin().await.map_err(failed)?;
    let lock = sqlx::query("SELECT pg_advisory_xact_lock($1)").persistent(false).bind(PREPARATION_LOCK);
    lock.execute(&mut *transaction).await.map_err(failed)?;
    Ok(transaction)
}

async fn is_there<'c>(
    query: Query<'_, Postgres, PgArguments>,
    on: impl PgExecutor<'c>,
) -> Result<bool, StoreError> {
    query.fetch_one(on).await.and_then(|row| row.try_get("there")).map_err(failed)
}

fn pgmq_failed(error: PgmqError) -> StoreError {
    match error {
        PgmqError::DatabaseError(error) => failed(error),
        other => StoreError::Database(Box::new(other)),
    }
}
