//! The SQL of lists of connections.

use onevent_contract::{EnvironmentName, IntegrationId};

use super::summary::{SELECT_SUMMARY, summary};
use super::{SqlConnection, SqlTables, Statement, query};
use crate::database::SummaryRow;
use crate::{ConnectionFilter, StoreError};

/// One of its own integrations, or all; by integration and id.
pub(super) async fn established(
    tables: &mut SqlTables<impl SqlConnection>,
    environment: &EnvironmentName,
    integration: Option<&IntegrationId>,
) -> Result<Vec<SummaryRow>, StoreError> {
    let mut query = established_of(environment);
    if let Some(integration) = integration {
        query.push(" AND integration = ").push_bind(integration.to_string());
    }
    query.push(" ORDER BY integration, connection_id");
    rows(tables, query).await
}

/// What the filter names, the newest first.
pub(super) async fn filtered(
    tables: &mut SqlTables<impl SqlConnection>,
    filter: &ConnectionFilter,
) -> Result<Vec<SummaryRow>, StoreError> {
    let mut query = established_of(&filter.environment);
    if let Some(connection_id) = &filter.connection_id {
        query.push(" AND connection_id = ").push_bind(connection_id.to_string());
    }
    if let Some(user) = &filter.end_user_id {
        query.push(" AND end_user_id = ").push_bind(user.clone());
    }
    if let Some(organization) = &filter.end_user_organization_id {
        query.push(" AND organization_id = ").push_bind(organization.clone());
    }
    if !filter.integrations.is_empty() {
        query.push(" AND integration IN ").push_list(filter.integrations.iter().map(IntegrationId::as_str));
    }
    search(&mut query, filter);
    with_tags(&mut query, filter);
    let skipped = i64::from(filter.limit) * i64::from(filter.page);
    query.push(" ORDER BY id DESC LIMIT ").push_bind(i64::from(filter.limit));
    query.push(" OFFSET ").push_bind(skipped);
    rows(tables, query).await
}

fn established_of(environment: &EnvironmentName) -> Statement {
    let mut query = query(SELECT_SUMMARY);
    query.push(" WHERE state = 'established' AND environment = ").push_bind(environment.to_string());
    query
}

fn search(query: &mut Statement, filter: &ConnectionFilter) {
    let Some(text) = filter.search.as_deref().filter(|text| !text.is_empty()) else { return };
    let mut pattern = String::from("%");
    for character in text.chars() {
        if matches!(character, '%' | '_' | '\\') {
            pattern.push('\\');
        }
        pattern.push(character);
    }
    pattern.push('%');
    query.push(" AND (");
    for (number, column) in
        ["connection_id", "end_user_display_name", "end_user_email"].into_iter().enumerate()
    {
        query.push(if number == 0 { "" } else { " OR " });
        query.push(format_args!("LOWER({column}) LIKE LOWER(")).push_bind(pattern.clone());
        query.push(") ESCAPE '\\'");
    }
    query.push(")");
}

fn with_tags(query: &mut Statement, filter: &ConnectionFilter) {
    for (name, value) in &filter.tags {
        query
            .push(
                " AND EXISTS (SELECT 1 FROM connection_tags AS tag
                   WHERE tag.environment = connections.environment
                     AND tag.integration = connections.integration
                     AND tag.connection_id = connections.connection_id AND tag.name = ",
            )
            .push_bind(name.clone())
            .push(" AND tag.value = ")
            .push_bind(value.clone())
            .push(")");
    }
}

async fn rows(
    tables: &mut SqlTables<impl SqlConnection>,
    query: Statement,
) -> Result<Vec<SummaryRow>, StoreError> {
    tables.rows(query).await?.iter().map(summary).collect()
}
