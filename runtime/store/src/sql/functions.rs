//! The SQL of functions that were deployed.

use async_trait::async_trait;
use onevent_contract::EnvironmentName;

use super::row::{SqlRow, get};
use super::{SqlConnection, SqlTables, query};
use crate::StoreError;
use crate::database::{FunctionIdentity, FunctionTable, FunctionVersionRow, ModuleRow, ModuleUse};

const INSERT_MODULE: &str = "
    INSERT INTO modules (environment, hash, path, format, code, source_map, imports)
    VALUES ($1, $2, $3, $4, $5, $6, $7)
    ON CONFLICT (environment, hash) DO NOTHING";

const SELECT_VERSION: &str = "
    SELECT version FROM function_versions
    WHERE environment = $1 AND integration = $2 AND function = $3 AND type = $4 AND hash = $5";

/// Versions are numbered in a transaction that keeps other writers out.
const INSERT_VERSION: &str = "
    INSERT INTO function_versions (environment, integration, function, type, version, hash, kind, description, path,
                                   metadata_schema, source, created_at)
    SELECT $1, $2, $3, $4, COALESCE(MAX(version), 0) + 1, $5, $6, $7, $8, $9, $10, $11
    FROM function_versions WHERE environment = $1 AND integration = $2 AND function = $3 AND type = $4
    RETURNING version";

const INSERT_USE: &str = "
    INSERT INTO function_version_modules (environment, integration, function, type, version, position, module_hash)
    VALUES ($1, $2, $3, $4, $5, $6, $7)";

const SELECT_VERSIONS: &str = "
    SELECT one.integration, one.function, one.type, one.version, one.hash, one.kind, one.description, one.path,
           one.metadata_schema, one.source, one.created_at
    FROM deployment_functions AS part
    JOIN function_versions AS one
      ON one.environment = part.environment AND one.integration = part.integration
     AND one.function = part.function AND one.type = part.type AND one.version = part.version
    WHERE part.environment = $1 AND part.deployment_id = $2
    ORDER BY part.position";

const SELECT_USES: &str = "
    SELECT used.integration, used.function, used.type, used.module_hash
    FROM deployment_functions AS part
    JOIN function_version_modules AS used
      ON used.environment = part.environment AND used.integration = part.integration
     AND used.function = part.function AND used.type = part.type AND used.version = part.version
    WHERE part.environment = $1 AND part.deployment_id = $2
    ORDER BY part.position, used.position";

const SELECT_MODULES: &str = "
    SELECT hash, path, format, code, source_map, imports FROM modules
    WHERE environment = $1 AND hash IN (
        SELECT used.module_hash
        FROM deployment_functions AS part
        JOIN function_version_modules AS used
          ON used.environment = part.environment AND used.integration = part.integration
         AND used.function = part.function AND used.type = part.type AND used.version = part.version
        WHERE part.environment = $1 AND part.deployment_id = $2)";

const DELETE_VERSIONS: &str = "
    DELETE FROM function_versions
    WHERE environment = $1 AND NOT EXISTS (
        SELECT 1 FROM deployment_functions AS part
        WHERE part.environment = function_versions.environment
          AND part.integration = function_versions.integration
          AND part.function = function_versions.function AND part.type = function_versions.type
          AND part.version = function_versions.version)";

const DELETE_MODULES: &str = "
    DELETE FROM modules
    WHERE environment = $1 AND NOT EXISTS (
        SELECT 1 FROM function_version_modules AS used
        WHERE used.environment = modules.environment AND used.module_hash = modules.hash)";

/// Binds what names a function to `$1`, `$2`, `$3` and `$4`.
macro_rules! query_of_function {
    ($sql:expr, $environment:expr, $function:expr) => {
        query($sql)
            .bind($environment.to_string())
            .bind($function.key.integration.to_string())
            .bind($function.key.name.to_string())
            .bind($function.function_type)
    };
}

#[async_trait]
impl<C: SqlConnection> FunctionTable for SqlTables<C> {
    async fn insert_module_row(
        &mut self,
        environment: &EnvironmentName,
        row: ModuleRow,
    ) -> Result<(), StoreError> {
        let query = query(INSERT_MODULE)
            .bind(environment.to_string())
            .bind(row.hash)
            .bind(row.path)
            .bind(row.format)
            .bind(row.code)
            .bind(row.source_map)
            .bind(row.imports);
        self.execute(query).await?;
        Ok(())
    }

    async fn version_of(
        &mut self,
        environment: &EnvironmentName,
        function: FunctionIdentity<'_>,
        hash: &str,
    ) -> Result<Option<i64>, StoreError> {
        let query = query_of_function!(SELECT_VERSION, environment, function).bind(hash.to_owned());
        self.row(query).await?.map(|row| get(&row, "version")).transpose()
    }

    async fn insert_function_version(
        &mut self,
        environment: &EnvironmentName,
        function: FunctionIdentity<'_>,
        row: FunctionVersionRow,
        module_hashes: &[String],
    ) -> Result<i64, StoreError> {
        let query = query_of_function!(INSERT_VERSION, environment, function)
            .bind(row.hash)
            .bind(row.kind)
            .bind(row.description)
            .bind(row.path)
            .bind(row.metadata_schema)
            .bind(row.source)
            .bind(row.created_at);
        let inserted = self.row(query).await?;
        let inserted = inserted.ok_or(StoreError::Internal { action: "insert a function" })?;
        let version: i64 = get(&inserted, "version")?;
        for (position, hash) in (0_i64..).zip(module_hashes) {
            let query = query_of_function!(INSERT_USE, environment, function);
            self.execute(query.bind(version).bind(position).bind(hash.clone())).await?;
        }
        Ok(version)
    }

    async fn function_version_rows(
        &mut self,
        environment: &EnvironmentName,
        deployment: &str,
    ) -> Result<Vec<FunctionVersionRow>, StoreError> {
        let rows = self.rows_of(SELECT_VERSIONS, environment, deployment).await?;
        rows.iter().map(function_version).collect()
    }

    async fn module_rows(
        &mut self,
        environment: &EnvironmentName,
        deployment: &str,
    ) -> Result<Vec<ModuleRow>, StoreError> {
        self.rows_of(SELECT_MODULES, environment, deployment).await?.iter().map(module).collect()
    }

    async fn module_uses(
        &mut self,
        environment: &EnvironmentName,
        deployment: &str,
    ) -> Result<Vec<ModuleUse>, StoreError> {
        self.rows_of(SELECT_USES, environment, deployment).await?.iter().map(module_use).collect()
    }

    async fn delete_unused_function_versions(
        &mut self,
        environment: &EnvironmentName,
    ) -> Result<u64, StoreError> {
        self.execute(query(DELETE_VERSIONS).bind(environment.to_string())).await
    }

    async fn delete_unused_modules(&mut self, environment: &EnvironmentName) -> Result<u64, StoreError> {
        self.execute(query(DELETE_MODULES).bind(environment.to_string())).await
    }
}

impl<C: SqlConnection> SqlTables<C> {
    async fn rows_of(
        &mut self,
        sql: &'static str,
        environment: &EnvironmentName,
        deployment: &str,
    ) -> Result<Vec<SqlRow>, StoreError> {
        self.rows(query(sql).bind(environment.to_string()).bind(deployment.to_owned())).await
    }
}

fn function_version(row: &SqlRow) -> Result<FunctionVersionRow, StoreError> {
    Ok(FunctionVersionRow {
        integration: get(row, "integration")?,
        function: get(row, "function")?,
        function_type: get(row, "type")?,
        version: get(row, "version")?,
        hash: get(row, "hash")?,
        kind: get(row, "kind")?,
        description: get(row, "description")?,
        path: get(row, "path")?,
        metadata_schema: get(row, "metadata_schema")?,
        source: get(row, "source")?,
        created_at: get(row, "created_at")?,
    })
}

fn module(row: &SqlRow) -> Result<ModuleRow, StoreError> {
    Ok(ModuleRow {
        hash: get(row, "hash")?,
        path: get(row, "path")?,
        format: get(row, "format")?,
        code: get(row, "code")?,
        source_map: get(row, "source_map")?,
        imports: get(row, "imports")?,
    })
}

fn module_use(row: &SqlRow) -> Result<ModuleUse, StoreError> {
    Ok(ModuleUse {
        integration: get(row, "integration")?,
        function: get(row, "function")?,
        function_type: get(row, "type")?,
        module_hash: get(row, "module_hash")?,
    })
}
