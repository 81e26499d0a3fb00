//! The SQL of encryption keys, and of what is sealed with them.

use std::str::FromStr as _;

use async_trait::async_trait;

use super::row::{SqlRow, get};
use super::{SqlConnection, SqlTables, Statement, query};
use crate::StoreError;
use crate::database::{EncryptionKeyRow, EncryptionKeyState, EncryptionKeyTable, SealedColumn, SealedRow};

/// How often the current key is asked for. Where it was being replaced, the first answer can be that there is none: the row that
/// was waited for is not the current one any more, and the new one was not there when the question was asked.
const TRIES: usize = 3;

const SELECT: &str = "SELECT id, state, canary, wrapped, created_at FROM encryption_keys ORDER BY state";

const SELECT_CURRENT: &str = "SELECT id FROM encryption_keys WHERE state = 'current'";

const INSERT: &str = "
    INSERT INTO encryption_keys (id, state, canary, wrapped, created_at) VALUES ($1, $2, $3, $4, $5)
    ON CONFLICT DO NOTHING";

const RETIRE: &str = "UPDATE encryption_keys SET state = 'retiring', wrapped = $2 WHERE id = $1";

const DELETE_OTHERS: &str = "DELETE FROM encryption_keys WHERE id <> $1";

const UNWRAP: &str = "UPDATE encryption_keys SET wrapped = NULL WHERE id = $1";

/// Where a column is, and how its rows are told apart.
struct At {
    table: &'static str,
    column: &'static str,
    /// The columns that name an owner, for [`SealedRow`]'s first four fields.
    owner: [Option<&'static str>; 4],
    /// Those of them that tell rows apart, in the order of an index.
    order: &'static [&'static str],
}

impl At {
    fn of(column: SealedColumn) -> Self {
        const KEY: &[&str] = &["environment", "integration", "connection_id"];
        let of_connection = [Some("environment"), Some("integration"), Some("connection_id"), None];
        let of_event = [Some("environment"), Some("integration"), Some("connection_id"), Some("id")];
        match column {
            SealedColumn::Credentials => {
                Self { table: "connections", column: "credentials", owner: of_connection, order: KEY }
            }
            SealedColumn::Accepted => {
                Self { table: "connections", column: "accepted", owner: of_connection, order: KEY }
            }
            SealedColumn::Previous => {
                Self { table: "operations", column: "previous", owner: of_connection, order: KEY }
            }
            SealedColumn::SigningKey => Self {
                table: "webhook_signing_keys",
                column: "sealed",
                owner: [Some("environment"), None, None, None],
                order: &["environment"],
            },
            SealedColumn::IntegrationCredentials => Self {
                table: "integrations",
                column: "credentials",
                owner: [Some("environment"), Some("unique_key"), None, None],
                order: &["environment", "unique_key"],
            },
            SealedColumn::EventPayload => {
                Self { table: "events", column: "payload", owner: of_event, order: &["id"] }
            }
            SealedColumn::EventResult => {
                Self { table: "events", column: "result", owner: of_event, order: &["id"] }
            }
        }
    }

    /// What a row says of one of the columns that name its owner.
    fn value(&self, name: &str, row: &SealedRow) -> String {
        let fields = [&row.environment, &row.integration, &row.connection_id, &row.event];
        let at = self.owner.iter().position(|owner| *owner == Some(name));
        at.and_then(|at| fields.get(at)).map(|value| (*value).clone()).unwrap_or_default()
    }

    /// The rows whose value begins otherwise.
    fn select(&self, beginning: &[u8]) -> Statement {
        let Self { table, column, owner, .. } = self;
        let mut select = query("SELECT ");
        for (owner, field) in owner.iter().zip(["environment", "integration", "connection_id", "event"]) {
            match owner {
                Some(owner) => select.push(format_args!("{owner} AS owner_{field}, ")),
                None => select.push(format_args!("'' AS owner_{field}, ")),
            };
        }
        select.push(format_args!(
            "{column} AS sealed FROM {table} WHERE substr({column}, 1, {}) <> ",
            beginning.len()
        ));
        select.push_bind(beginning.to_vec());
        select
    }

    fn after(&self, mut select: Statement, after: Option<&SealedRow>, most: usize) -> Statement {
        let order = self.order.join(", ");
        if let Some(after) = after {
            select.push(format_args!(" AND ({order}) > "));
            select.push_list(self.order.iter().map(|name| self.value(name, after)));
        }
        select.push(format_args!(" ORDER BY {order} LIMIT {most}"));
        select
    }
}

#[async_trait]
impl<C: SqlConnection> EncryptionKeyTable for SqlTables<C> {
    async fn encryption_keys(&mut self) -> Result<Vec<EncryptionKeyRow>, StoreError> {
        self.rows(query(SELECT)).await?.iter().map(key).collect()
    }

    async fn encryption_keys_to_change(&mut self) -> Result<Vec<EncryptionKeyRow>, StoreError> {
        self.rows(query(SELECT).locked()).await?;
        // What somebody else has put in while these were waited for is there now.
        self.rows(query(SELECT).locked()).await?.iter().map(key).collect()
    }

    async fn current_encryption_key(&mut self) -> Result<Vec<u8>, StoreError> {
        for _ in 0..TRIES {
            if let Some(row) = self.row(query(SELECT_CURRENT).shared()).await? {
                return get(&row, "id");
            }
        }
        Err(StoreError::corrupt("encryption keys"))
    }

    async fn insert_encryption_key(&mut self, row: EncryptionKeyRow) -> Result<(), StoreError> {
        let state: &'static str = row.state.into();
        let insert = query(INSERT).bind(row.id).bind(state).bind(row.canary).bind(row.wrapped);
        self.execute(insert.bind(row.created_at)).await?;
        Ok(())
    }

    async fn retire_encryption_key(&mut self, id: &[u8], wrapped: Vec<u8>) -> Result<(), StoreError> {
        self.execute(query(RETIRE).bind(id.to_vec()).bind(wrapped)).await?;
        Ok(())
    }

    async fn forget_encryption_keys_but(&mut self, id: &[u8]) -> Result<(), StoreError> {
        self.execute(query(DELETE_OTHERS).bind(id.to_vec())).await?;
        self.execute(query(UNWRAP).bind(id.to_vec())).await?;
        Ok(())
    }

    async fn encryption_canary(&mut self) -> Result<Option<Vec<u8>>, StoreError> {
        let row = self.row(query("SELECT sealed FROM encryption_canary")).await?;
        row.map(|row| get(&row, "sealed")).transpose()
    }

    async fn delete_encryption_canary(&mut self) -> Result<(), StoreError> {
        self.execute(query("DELETE FROM encryption_canary")).await?;
        Ok(())
    }

    async fn sealed_rows(
        &mut self,
        column: SealedColumn,
        beginning: &[u8],
        after: Option<&SealedRow>,
        most: usize,
    ) -> Result<Vec<SealedRow>, StoreError> {
        let at = At::of(column);
        let select = at.after(at.select(beginning), after, most);
        self.rows(select.locked_unless_taken()).await?.iter().map(sealed).collect()
    }

    async fn has_sealed_otherwise(
        &mut self,
        column: SealedColumn,
        beginning: &[u8],
    ) -> Result<bool, StoreError> {
        let at = At::of(column);
        Ok(self.row(at.after(at.select(beginning), None, 1)).await?.is_some())
    }

    async fn replace_sealed(
        &mut self,
        column: SealedColumn,
        row: &SealedRow,
        sealed: Vec<u8>,
    ) -> Result<bool, StoreError> {
        let at = At::of(column);
        let mut update = query("UPDATE ");
        update.push(format_args!("{} SET {} = ", at.table, at.column)).push_bind(sealed);
        update.push(format_args!(" WHERE {} = ", at.column)).push_bind(row.sealed.clone());
        for name in at.order {
            update.push(format_args!(" AND {name} = ")).push_bind(at.value(name, row));
        }
        self.changes(update).await
    }
}

fn key(row: &SqlRow) -> Result<EncryptionKeyRow, StoreError> {
    let state: String = get(row, "state")?;
    Ok(EncryptionKeyRow {
        id: get(row, "id")?,
        state: EncryptionKeyState::from_str(&state).map_err(|_| StoreError::corrupt("encryption keys"))?,
        canary: get(row, "canary")?,
        wrapped: get(row, "wrapped")?,
        created_at: get(row, "created_at")?,
    })
}

fn sealed(row: &SqlRow) -> Result<SealedRow, StoreError> {
    Ok(SealedRow {
        environment: get(row, "owner_environment")?,
        integration: get(row, "owner_integration")?,
        connection_id: get(row, "owner_connection_id")?,
        event: get(row, "owner_event")?,
        sealed: get(row, "sealed")?,
    })
}
