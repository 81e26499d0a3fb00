//! The reports of runs.

use std::time::Duration;

use onevent_contract::{
    EnvironmentName, Event, FunctionKey, FunctionName, Operation, Outcome, RequestId, RunId, RunReport,
    Warning, WarningCode,
};

use crate::database::{NewRunRow, RunRow};
use crate::json::{decode, encode};
use crate::time::from_millis;
use crate::{ConnectionKey, RunFilter, RunSummary, StoreError, StoredRun, Transaction};

/// A report that is larger as JSON text is stored without its requests and log lines: 64 MiB. SQLite takes no text
/// of 1 GiB, and what is larger than this nobody reads.
const MAX_REPORT_BYTES: usize = 64 * 1024 * 1024;

impl Transaction {
    /// Stores a run's report.
    ///
    /// # Errors
    /// [`StoreError::Database`], also where this attempt of this run is stored already.
    pub async fn insert_run(&mut self, report: &RunReport) -> Result<(), StoreError> {
        let key = ConnectionKey::new(
            report.environment.clone(),
            report.integration.clone(),
            report.connection_id.clone(),
        );
        let row = NewRunRow {
            run_id: report.run_id.to_string(),
            attempt: i64::from(report.attempt),
            key: &key,
            function: report.function.as_str(),
            event: report.event.map(Event::as_str),
            operation: report.operation.map(Operation::as_str),
            outcome: report.outcome.as_str(),
            started_at: report.started_at.as_millisecond(),
            wall_us: i64::try_from(report.usage.wall.as_micros()).unwrap_or(i64::MAX),
            caller_run_id: report.caller_run_id.map(|caller| caller.to_string()),
            deployment: report.deployment.clone(),
            request_id: report.request_id.clone().map(String::from),
            report: stored_text(report)?,
        };
        self.tables().insert_run_row(row).await
    }

    pub(crate) async fn runs(&mut self, filter: &RunFilter) -> Result<Vec<RunSummary>, StoreError> {
        self.tables().run_rows(filter).await?.into_iter().map(summary).collect()
    }

    pub(crate) async fn run(&mut self, id_or_prefix: &str) -> Result<Option<StoredRun>, StoreError> {
        let prefix = id_or_prefix.to_ascii_lowercase();
        // Nothing else is in an id; this also keeps the wildcards of LIKE out.
        if prefix.is_empty() || !prefix.chars().all(|c| c.is_ascii_hexdigit() || c == '-') {
            return Err(StoreError::InvalidRunId { text: id_or_prefix.to_owned() });
        }
        let ids = self.tables().two_run_ids(&prefix).await?;
        let found = match ids.as_slice() {
            [] => return Ok(None),
            [id] => self.tables().last_attempt(id).await?,
            _ => return Err(StoreError::AmbiguousRunId { prefix }),
        };
        found.map(stored).transpose()
    }

    pub(crate) async fn attempts(
        &mut self,
        environment: &EnvironmentName,
        run_id: RunId,
    ) -> Result<Vec<StoredRun>, StoreError> {
        let rows = self.tables().attempt_rows(environment, &run_id.to_string()).await?;
        rows.into_iter().map(stored).collect()
    }
}

/// The report as it is stored: without its requests and log lines where it would be too large with them. A run is
/// never lost for what it did, and no verdict fails for want of a place.
fn stored_text(report: &RunReport) -> Result<String, StoreError> {
    let text = encode(report)?;
    if text.len() <= MAX_REPORT_BYTES { Ok(text) } else { encode(&shortened(report, text.len())) }
}

fn shortened(report: &RunReport, bytes: usize) -> RunReport {
    let message = format!(
        "the report has {bytes} bytes, and at most {MAX_REPORT_BYTES} are stored: its {} requests and {} log lines \
         were left out",
        report.http.len(),
        report.logs.len()
    );
    RunReport {
        schema_version: report.schema_version,
        run_id: report.run_id,
        function: report.function.clone(),
        integration: report.integration.clone(),
        event: report.event,
        operation: report.operation,
        connection_id: report.connection_id.clone(),
        environment: report.environment.clone(),
        mode: report.mode,
        attempt: report.attempt,
        caller_run_id: report.caller_run_id,
        deployment: report.deployment.clone(),
        request_id: report.request_id.clone(),
        started_at: report.started_at,
        outcome: report.outcome,
        verdict: report.verdict.clone(),
        error: report.error.clone(),
        output: report.output.clone(),
        warnings: vec![Warning::new(WarningCode::EffectsTruncated, message)],
        metadata: report.metadata.clone(),
        http: Vec::new(),
        logs: Vec::new(),
        usage: report.usage,
        timings: report.timings,
    }
}

fn stored((row, report): (RunRow, String)) -> Result<StoredRun, StoreError> {
    Ok(StoredRun { summary: summary(row)?, report: decode(&report, "run report")? })
}

fn summary(row: RunRow) -> Result<RunSummary, StoreError> {
    let connection = row.key.key()?;
    let name = FunctionName::new(row.function).map_err(|_| StoreError::corrupt("function name"))?;
    let event = row.event.as_deref();
    let event = event.map(|name| Event::from_name(name).ok_or_else(|| StoreError::corrupt("event")));
    Ok(RunSummary {
        run_id: run_id(&row.run_id)?,
        attempt: number(row.attempt, "attempt")?,
        function: FunctionKey { integration: connection.integration.clone(), name },
        connection,
        event: event.transpose()?,
        outcome: Outcome::from_name(&row.outcome).ok_or_else(|| StoreError::corrupt("outcome"))?,
        started_at: from_millis(row.started_at, "started_at")?,
        wall: Duration::from_micros(number(row.wall_us, "wall_us")?),
        caller_run_id: row.caller_run_id.as_deref().map(run_id).transpose()?,
        deployment: row.deployment,
        request_id: row.request_id.map(request_id).transpose()?,
    })
}

fn request_id(text: String) -> Result<RequestId, StoreError> {
    RequestId::new(text).ok_or_else(|| StoreError::corrupt("request id"))
}

fn run_id(text: &str) -> Result<RunId, StoreError> {
    RunId::parse(text).ok_or_else(|| StoreError::corrupt("run id"))
}

fn number<T: TryFrom<i64>>(stored: i64, column: &'static str) -> Result<T, StoreError> {
    T::try_from(stored).map_err(|_| StoreError::corrupt(column))
}
