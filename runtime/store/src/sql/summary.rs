//! The columns of a connection that lists show.

use super::details;
use super::row::{SqlRow, get, key};
use crate::StoreError;
use crate::database::{AuthErrorColumns, SummaryRow};

/// The columns of a summary.
pub(super) const SELECT_SUMMARY: &str = "
    SELECT id, environment, integration, connection_id, provider, metadata,
           end_user_id, end_user_display_name, end_user_email, end_user_tags,
           organization_id, organization_display_name, tags, webhook_url_override, last_fetched_at,
           auth_error_run_id, auth_error_message, last_refresh_failure, unfinished_setup_since,
           created_at, updated_at
    FROM connections";

pub(super) fn summary(row: &SqlRow) -> Result<SummaryRow, StoreError> {
    Ok(SummaryRow {
        id: get(row, "id")?,
        key: key(row)?,
        provider: get(row, "provider")?,
        metadata: get(row, "metadata")?,
        details: details::columns(row)?,
        last_fetched_at: get(row, "last_fetched_at")?,
        auth_error: auth_error(row)?,
        unfinished_setup_since: get(row, "unfinished_setup_since")?,
        created_at: get(row, "created_at")?,
        updated_at: get(row, "updated_at")?,
    })
}

/// The three columns are set together.
fn auth_error(row: &SqlRow) -> Result<Option<AuthErrorColumns>, StoreError> {
    let run_id: Option<String> = get(row, "auth_error_run_id")?;
    let Some(run_id) = run_id else { return Ok(None) };
    let (message, at) = (get(row, "auth_error_message")?, get(row, "last_refresh_failure")?);
    Ok(Some(AuthErrorColumns { run_id, message, at }))
}
