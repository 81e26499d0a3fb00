//! The functions that have fixtures, by their paths: `index.ts` need not import them. Each is asked what it is when its first
//! test begins.

use std::collections::{BTreeSet, HashMap};
use std::sync::{Arc, Mutex, PoisonError};

use onevent_app::{Service, ServiceError};
use onevent_contract::Function;
use onevent_engine::{BrokenFunction, Engine, ProjectSource, Selection, UnaskedFunction};
use onevent_testing::{FoundFixture, FunctionSource, NoFunction};
use tokio::sync::OnceCell;

use crate::failure::Failure;
use crate::output::render_failure;

/// A function, or why it cannot run.
type Known = Result<Arc<Function>, String>;

/// A function that is asked once.
struct OnceAsked {
    unasked: Mutex<Option<UnaskedFunction>>,
    known: OnceCell<Known>,
}

/// The functions, by the paths of their files.
pub(super) struct Functions {
    engine: Engine,
    by_path: HashMap<String, OnceAsked>,
}

/// The files of the functions that have these fixtures.
pub(super) fn files(found: &[FoundFixture]) -> Vec<String> {
    let paths = found.iter().filter_map(|found| match &found.source {
        FunctionSource::File(path) => Some(path.clone()),
        FunctionSource::Sync | FunctionSource::Missing => None,
    });
    let paths: BTreeSet<String> = paths.collect();
    paths.into_iter().collect()
}

/// Reads each function once.
///
/// # Errors
/// When the engine cannot load anything.
pub(super) async fn read(service: &Service, found: &[FoundFixture]) -> Result<Functions, Failure> {
    let paths = files(found);
    let paths = paths.iter().map(String::as_str);
    let source = ProjectSource::directory(service.folder()).with_functions(paths);
    let engine = service.engine()?.clone();
    let project = engine.read(source, Selection::All).await.map_err(ServiceError::from)?;
    let by_path = project.functions.into_iter().map(|function| match function {
        Ok(unasked) => {
            let path = unasked.path().to_owned();
            (path, OnceAsked { unasked: Mutex::new(Some(unasked)), known: OnceCell::new() })
        }
        Err(broken) => {
            let path = broken.path.trim_start_matches("./").to_owned();
            let known = OnceCell::new_with(Some(Err(shown(&broken))));
            (path, OnceAsked { unasked: Mutex::default(), known })
        }
    });
    Ok(Functions { by_path: by_path.collect(), engine })
}

fn shown(broken: &BrokenFunction) -> String {
    let shown = render_failure(&Failure::from(&broken.error));
    anstream::adapter::strip_str(&shown).to_string().trim_end().to_owned()
}

impl Functions {
    /// The function of a fixture.
    pub(super) async fn function(&self, found: &FoundFixture) -> Result<Arc<Function>, NoFunction> {
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
        let not_loaded = || format!("{path} was not loaded");
        let asked = self.by_path.get(path).ok_or_else(|| NoFunction::Broken(not_loaded()))?;
        let ask = || async {
            let unasked = asked.unasked.lock().unwrap_or_else(PoisonError::into_inner).take();
            match unasked {
                Some(unasked) => self.engine.ask(unasked).await.map_err(|broken| shown(&broken)),
                None => Err(not_loaded()),
            }
        };
        asked.known.get_or_init(ask).await.clone().map_err(NoFunction::Broken)
    }
}
