//! The SQL of metadata.

use super::row::get;
use super::{SqlConnection, SqlTables, query_of};
use crate::database::MetadataColumns;
use crate::{ConnectionKey, StoreError};

const SELECT: &str = "
    SELECT metadata, metadata_version, metadata_writers FROM connections
    WHERE environment = $1 AND integration = $2 AND connection_id = $3 AND state IN ('established', $4)";

const UPDATE: &str = "
    UPDATE connections
    SET metadata = $4, metadata_version = metadata_version + 1, metadata_writers = $5, updated_at = $6
    WHERE environment = $1 AND integration = $2 AND connection_id = $3 AND metadata_version = $7";

pub(super) async fn select(
    tables: &mut SqlTables<impl SqlConnection>,
    key: &ConnectionKey,
    also: &'static str,
) -> Result<Option<MetadataColumns>, StoreError> {
    let row = tables.row(query_of!(SELECT, key).bind(also).locked()).await?;
    row.map(|row| {
        Ok(MetadataColumns {
            metadata: get(&row, "metadata")?,
            version: get(&row, "metadata_version")?,
            writers: get(&row, "metadata_writers")?,
        })
    })
    .transpose()
}

pub(super) async fn replace(
    tables: &mut SqlTables<impl SqlConnection>,
    key: &ConnectionKey,
    metadata: MetadataColumns,
    now: i64,
) -> Result<bool, StoreError> {
    let MetadataColumns { metadata, version, writers } = metadata;
    let query = query_of!(UPDATE, key).bind(metadata).bind(writers).bind(now).bind(version);
    tables.changes(query).await
}
