//! Loading the functions that have fixtures, by their paths: `index.ts` need not import them.

use std::collections::HashMap;
use std::sync::Arc;

use onevent_app::Service;
use onevent_contract::Function;
use onevent_engine::ProjectSource;
use onevent_testing::{FoundFixture, FunctionSource, NoFunction};

use crate::failure::Failure;
use crate::output::render_failure;

/// The functions, or why they cannot run, by the paths of their files.
pub(super) struct Loaded(HashMap<String, Result<Arc<Function>, String>>);

/// Loads each function once.
///
/// # Errors
/// When the engine cannot load anything.
pub(super) async fn load(service: &Service, found: &[FoundFixture]) -> Result<Loaded, Failure> {
    let mut paths: Vec<&str> = Vec::new();
    for found in found {
        if let FunctionSource::File(path) = &found.source {
            paths.push(path);
        }
    }
    paths.sort_unstable();
    paths.dedup();
    let source = ProjectSource::directory(service.folder()).with_functions(paths);
    let project = service.load(source).await?;
    let functions =
        project.functions.iter().map(|function| (function.path.clone(), Ok(Arc::clone(function))));
    let broken = project.broken.iter().map(|broken| {
        let shown = render_failure(&Failure::from(&broken.error));
        let plain = anstream::adapter::strip_str(&shown).to_string();
        (broken.path.trim_start_matches("./").to_owned(), Err(plain.trim_end().to_owned()))
    });
    Ok(Loaded(functions.chain(broken).collect()))
}

impl Loaded {
    /// The function of a fixture.
    pub(super) fn function(&self, found: &FoundFixture) -> Result<Arc<Function>, NoFunction> {
        let path = match &found.source {
            FunctionSource::File(path) => path,
            FunctionSource::Sync => return Err(NoFunction::Unsupported),
            FunctionSource::Missing => {
                let FoundFixture { integration, function, .. } = found;
                return Err(NoFunction::Broken(format!(
                    "there is no function: neither {integration}/actions/{function}.ts nor {integration}/on-events/{function}.ts"
                )));
            }
        };
        match self.0.get(path) {
            Some(Ok(function)) => Ok(Arc::clone(function)),
            Some(Err(message)) => Err(NoFunction::Broken(message.clone())),
            None => Err(NoFunction::Broken(format!("{path} was not loaded"))),
        }
    }
}
