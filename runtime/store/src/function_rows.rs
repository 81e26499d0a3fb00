//! Functions between their form in memory and their rows.

use std::collections::HashMap;
use std::sync::Arc;

use jiff::Timestamp;
use onevent_contract::{CompiledCode, Function, FunctionKey, FunctionName, IntegrationId, ModuleSource};
use sha2::{Digest as _, Sha256};

use crate::StoreError;
use crate::database::{FunctionVersionRow, ModuleRow, ModuleUse};
use crate::deployment::{DeployedFunction, FunctionVersion, VersionNumber};
use crate::json::{decode, encode};
use crate::time::from_millis;

pub(crate) fn module_row(module: &ModuleSource) -> Result<ModuleRow, StoreError> {
    let (format, imports) = (encode(&module.format)?, encode(&module.imports)?);
    // Whether there is a map is part of it: none is another thing than an empty one.
    let has_map: &[u8] = if module.source_map.is_some() { b"map" } else { b"" };
    let map = module.source_map.as_deref().unwrap_or_default();
    let parts =
        [module.path.as_bytes(), format.as_bytes(), module.code.as_bytes(), has_map, map, imports.as_bytes()];
    Ok(ModuleRow {
        hash: hash(&parts),
        path: module.path.clone(),
        format,
        code: module.code.to_string(),
        source_map: module.source_map.as_ref().map(|map| map.to_vec()),
        imports,
    })
}

pub(crate) fn function_row(
    deployed: &DeployedFunction,
    module_hashes: &[String],
    now: Timestamp,
) -> Result<FunctionVersionRow, StoreError> {
    let function = &deployed.function;
    let kind = encode(&function.kind)?;
    let metadata_schema = function.metadata_schema.as_ref().map(encode).transpose()?;
    let (description, modules) = (encode(&function.description)?, module_hashes.join(" "));
    let parts = [
        kind.as_bytes(),
        description.as_bytes(),
        function.path.as_bytes(),
        metadata_schema.as_deref().unwrap_or_default().as_bytes(),
        deployed.source.as_bytes(),
        modules.as_bytes(),
    ];
    Ok(FunctionVersionRow {
        integration: function.key.integration.to_string(),
        function: function.key.name.to_string(),
        function_type: function.kind.as_str().to_owned(),
        version: 0,
        hash: hash(&parts),
        kind,
        description: function.description.clone(),
        path: function.path.clone(),
        metadata_schema,
        source: deployed.source.clone(),
        created_at: now.as_millisecond(),
    })
}

/// Of all parts, each with its length before it.
fn hash(parts: &[&[u8]]) -> String {
    let mut hash = Sha256::new();
    for part in parts {
        hash.update((part.len() as u64).to_be_bytes());
        hash.update(part);
    }
    hex::encode(hash.finalize())
}

pub(crate) fn version(row: &FunctionVersionRow) -> Result<FunctionVersion, StoreError> {
    Ok(FunctionVersion {
        key: key(row)?,
        version: VersionNumber(u32::try_from(row.version).map_err(|_| StoreError::corrupt("version"))?),
        hash: row.hash.clone(),
        kind: decode(&row.kind, "kind of a function")?,
        description: row.description.clone(),
        path: row.path.clone(),
        created_at: from_millis(row.created_at, "created_at")?,
    })
}

fn key(row: &FunctionVersionRow) -> Result<FunctionKey, StoreError> {
    let damaged = |_| StoreError::corrupt("function name");
    Ok(FunctionKey {
        integration: IntegrationId::new(row.integration.clone()).map_err(damaged)?,
        name: FunctionName::new(row.function.clone()).map_err(damaged)?,
    })
}

/// Functions with their modules; a module that several of them use is one in memory.
pub(crate) fn functions(
    rows: Vec<FunctionVersionRow>,
    modules: Vec<ModuleRow>,
    uses: Vec<ModuleUse>,
) -> Result<Vec<DeployedFunction>, StoreError> {
    let mut known = HashMap::new();
    for row in modules {
        known.insert(row.hash.clone(), Arc::new(module(row)?));
    }
    let mut of_function: HashMap<(String, String, String), Vec<Arc<ModuleSource>>> = HashMap::new();
    for ModuleUse { integration, function, function_type, module_hash } in uses {
        let module = known.get(&module_hash).ok_or_else(|| StoreError::corrupt("module of a function"))?;
        of_function.entry((integration, function, function_type)).or_default().push(Arc::clone(module));
    }
    let mut functions = Vec::with_capacity(rows.len());
    for row in rows {
        let key = key(&row)?;
        let modules =
            of_function.remove(&(row.integration, row.function, row.function_type)).unwrap_or_default();
        let schema = row.metadata_schema.map(|text| decode(&text, "metadata schema")).transpose()?;
        let function = Function {
            key,
            kind: decode(&row.kind, "kind of a function")?,
            description: row.description,
            path: row.path,
            modules: modules.into(),
            metadata_schema: schema,
        };
        functions.push(DeployedFunction { function: Arc::new(function), source: row.source });
    }
    Ok(functions)
}

fn module(row: ModuleRow) -> Result<ModuleSource, StoreError> {
    Ok(ModuleSource {
        path: row.path,
        format: decode(&row.format, "format of a module")?,
        code: row.code.into(),
        source_map: row.source_map.map(Into::into),
        imports: decode(&row.imports, "imports of a module")?,
        compiled: CompiledCode::default(),
    })
}
