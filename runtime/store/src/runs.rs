//! The reports of runs.

use std::time::Duration;

use jiff::Timestamp;
use onevent_contract::{
    ConnectionId, EnvironmentName, Event, FunctionKey, FunctionName, IntegrationId, Operation, Outcome,
    RunId, RunReport,
};
use serde_json::Value;
use sqlx::Row as _;
use sqlx::sqlite::SqliteRow;

use crate::connections::{decode, encode, key};
use crate::time::from_millis;
use crate::{ConnectionKey, StoreError, Transaction};

/// How many runs a list holds unless the caller says otherwise.
pub const DEFAULT_RUN_LIMIT: u32 = 50;

const INSERT: &str = "
    INSERT INTO runs (run_id, attempt, environment, integration, connection_id, function, event, operation,
                      outcome, started_at, wall_us, report)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)";

const SELECT_LIST: &str = "
    SELECT run_id, attempt, environment, integration, connection_id, function, event, outcome, started_at,
           wall_us
    FROM runs
    WHERE environment = $1
      AND (CAST($2 AS TEXT) IS NULL OR integration = $2)
      AND (CAST($3 AS TEXT) IS NULL OR connection_id = $3)
      AND (CAST($4 AS TEXT) IS NULL OR function = $4)
      AND (CAST($5 AS TEXT) IS NULL OR outcome = $5)
    ORDER BY started_at DESC, run_id DESC, attempt DESC
    LIMIT $6";

/// Two rows are enough to tell one run from several.
const SELECT_IDS: &str = "SELECT DISTINCT run_id FROM runs WHERE run_id LIKE $1 LIMIT 2";

const SELECT_ONE: &str = "
    SELECT run_id, attempt, environment, integration, connection_id, function, event, outcome, started_at,
           wall_us, report
    FROM runs WHERE run_id = $1 ORDER BY attempt DESC LIMIT 1";

/// Which runs to list.
#[derive(Debug, Clone)]
pub struct RunFilter {
    /// Of this environment.
    pub environment: EnvironmentName,
    /// Of this integration.
    pub integration: Option<IntegrationId>,
    /// Of the connections with this id.
    pub connection_id: Option<ConnectionId>,
    /// Of the functions with this name.
    pub function: Option<FunctionName>,
    /// With this outcome.
    pub outcome: Option<Outcome>,
    /// At most this many; default [`DEFAULT_RUN_LIMIT`].
    pub limit: u32,
}

impl RunFilter {
    /// The newest runs of an environment.
    #[must_use]
    pub fn of(environment: EnvironmentName) -> Self {
        Self {
            environment,
            integration: None,
            connection_id: None,
            function: None,
            outcome: None,
            limit: DEFAULT_RUN_LIMIT,
        }
    }
}

/// A run in a list.
#[derive(Debug, Clone, PartialEq)]
pub struct RunSummary {
    /// The run's id.
    pub run_id: RunId,
    /// 1 for the first attempt.
    pub attempt: u32,
    /// The connection it ran for.
    pub connection: ConnectionKey,
    /// The function.
    pub function: FunctionKey,
    /// The event; `None` of an action.
    pub event: Option<Event>,
    /// How it ended.
    pub outcome: Outcome,
    /// When it started.
    pub started_at: Timestamp,
    /// How long it took; the store keeps whole microseconds.
    pub wall: Duration,
}

/// A stored run.
#[derive(Debug, Clone, PartialEq)]
pub struct StoredRun {
    /// What lists show of it.
    pub summary: RunSummary,
    /// The JSON form of its [`RunReport`], as it was when the run ended.
    pub report: Value,
}

impl Transaction {
    /// Stores a run's report.
    ///
    /// # Errors
    /// [`StoreError::Database`], also where this attempt of this run is stored already.
    pub async fn insert_run(&mut self, report: &RunReport) -> Result<(), StoreError> {
        sqlx::query(INSERT)
            .bind(report.run_id.to_string())
            .bind(i64::from(report.attempt))
            .bind(report.environment.as_str())
            .bind(report.integration.as_str())
            .bind(report.connection_id.as_str())
            .bind(report.function.as_str())
            .bind(report.event.map(Event::as_str))
            .bind(report.operation.map(Operation::as_str))
            .bind(report.outcome.as_str())
            .bind(report.started_at.as_millisecond())
            .bind(i64::try_from(report.usage.wall.as_micros()).unwrap_or(i64::MAX))
            .bind(encode(report)?)
            .execute(self.sql())
            .await?;
        Ok(())
    }

    pub(crate) async fn runs(&mut self, filter: &RunFilter) -> Result<Vec<RunSummary>, StoreError> {
        let rows = sqlx::query(SELECT_LIST)
            .bind(filter.environment.as_str())
            .bind(filter.integration.as_ref().map(IntegrationId::as_str))
            .bind(filter.connection_id.as_ref().map(ConnectionId::as_str))
            .bind(filter.function.as_ref().map(FunctionName::as_str))
            .bind(filter.outcome.map(Outcome::as_str))
            .bind(i64::from(filter.limit))
            .fetch_all(self.sql())
            .await?;
        rows.iter().map(summary).collect()
    }

    pub(crate) async fn run(&mut self, id_or_prefix: &str) -> Result<Option<StoredRun>, StoreError> {
        let prefix = id_or_prefix.to_ascii_lowercase();
        // Nothing else is in an id; this also keeps the wildcards of LIKE out.
        if prefix.is_empty() || !prefix.chars().all(|c| c.is_ascii_hexdigit() || c == '-') {
            return Err(StoreError::InvalidRunId { text: id_or_prefix.to_owned() });
        }
        let ids = sqlx::query(SELECT_IDS).bind(format!("{prefix}%")).fetch_all(self.sql()).await?;
        let id: String = match ids.as_slice() {
            [] => return Ok(None),
            [row] => row.try_get("run_id")?,
            _ => return Err(StoreError::AmbiguousRunId { prefix }),
        };
        let row = sqlx::query(SELECT_ONE).bind(id).fetch_one(self.sql()).await?;
        Ok(Some(StoredRun { summary: summary(&row)?, report: decode(row.try_get("report")?, "run report")? }))
    }
}

fn summary(row: &SqliteRow) -> Result<RunSummary, StoreError> {
    let connection = key(row)?;
    let run_id = RunId::parse(row.try_get("run_id")?).ok_or_else(|| StoreError::corrupt("run id"))?;
    let name = FunctionName::new(row.try_get::<String, _>("function")?)
        .map_err(|_| StoreError::corrupt("function name"))?;
    Ok(RunSummary {
        run_id,
        attempt: number(row, "attempt")?,
        function: FunctionKey { integration: connection.integration.clone(), name },
        connection,
        event: match row.try_get("event")? {
            Some(name) => Some(Event::from_name(name).ok_or_else(|| StoreError::corrupt("event"))?),
            None => None,
        },
        outcome: Outcome::from_name(row.try_get("outcome")?).ok_or_else(|| StoreError::corrupt("outcome"))?,
        started_at: from_millis(row.try_get("started_at")?, "started_at")?,
        wall: Duration::from_micros(number(row, "wall_us")?),
    })
}

fn number<T: TryFrom<i64>>(row: &SqliteRow, column: &'static str) -> Result<T, StoreError> {
    T::try_from(row.try_get::<i64, _>(column)?).map_err(|_| StoreError::corrupt(column))
}
