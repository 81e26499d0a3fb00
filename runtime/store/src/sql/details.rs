//! The SQL of what a product says of a connection.

use onevent_contract::Tags;

use super::row::{SqlRow, get};
use super::{SqlConnection, SqlTables, query_of};
use crate::database::DetailsColumns;
use crate::{ConnectionKey, StoreError};

const SELECT: &str = "
    SELECT end_user_id, end_user_display_name, end_user_email, end_user_tags, organization_id,
           organization_display_name, tags, webhook_url_override
    FROM connections
    WHERE environment = $1 AND integration = $2 AND connection_id = $3 AND state IN ('established', $4)";

const UPDATE: &str = "
    UPDATE connections
    SET end_user_id = $4, end_user_display_name = $5, end_user_email = $6, end_user_tags = $7,
        organization_id = $8, organization_display_name = $9, tags = $10, webhook_url_override = $11,
        updated_at = $12
    WHERE environment = $1 AND integration = $2 AND connection_id = $3";

const DELETE_TAGS: &str = "
    DELETE FROM connection_tags WHERE environment = $1 AND integration = $2 AND connection_id = $3";

const INSERT_TAG: &str = "
    INSERT INTO connection_tags (environment, integration, connection_id, name, value)
    VALUES ($1, $2, $3, $4, $5)";

const SET_LAST_FETCHED: &str = "
    UPDATE connections SET last_fetched_at = $4
    WHERE environment = $1 AND integration = $2 AND connection_id = $3";

pub(super) async fn select(
    tables: &mut SqlTables<impl SqlConnection>,
    key: &ConnectionKey,
    also: &'static str,
) -> Result<Option<DetailsColumns>, StoreError> {
    tables.row(query_of!(SELECT, key).bind(also).locked()).await?.as_ref().map(columns).transpose()
}

pub(super) async fn replace(
    tables: &mut SqlTables<impl SqlConnection>,
    key: &ConnectionKey,
    details: DetailsColumns,
    tags: &Tags,
    now: i64,
) -> Result<bool, StoreError> {
    let query = query_of!(UPDATE, key)
        .bind(details.end_user_id)
        .bind(details.end_user_display_name)
        .bind(details.end_user_email)
        .bind(details.end_user_tags)
        .bind(details.organization_id)
        .bind(details.organization_display_name)
        .bind(details.tags)
        .bind(details.webhook_url_override)
        .bind(now);
    if !tables.changes(query).await? {
        return Ok(false);
    }
    tables.execute(query_of!(DELETE_TAGS, key)).await?;
    for (name, value) in tags {
        tables.execute(query_of!(INSERT_TAG, key).bind(name.clone()).bind(value.clone())).await?;
    }
    Ok(true)
}

pub(super) async fn set_last_fetched(
    tables: &mut SqlTables<impl SqlConnection>,
    key: &ConnectionKey,
    now: i64,
) -> Result<(), StoreError> {
    tables.execute(query_of!(SET_LAST_FETCHED, key).bind(now)).await?;
    Ok(())
}

pub(super) fn columns(row: &SqlRow) -> Result<DetailsColumns, StoreError> {
    Ok(DetailsColumns {
        end_user_id: get(row, "end_user_id")?,
        end_user_display_name: get(row, "end_user_display_name")?,
        end_user_email: get(row, "end_user_email")?,
        end_user_tags: get(row, "end_user_tags")?,
        organization_id: get(row, "organization_id")?,
        organization_display_name: get(row, "organization_display_name")?,
        tags: get(row, "tags")?,
        webhook_url_override: get(row, "webhook_url_override")?,
    })
}
