//! How projects are loaded: read, transpiled, and asked what each function is.

use std::sync::Arc;

use onevent_contract::{Function, FunctionKey, ModuleSource};
use onevent_source::{
    BrokenFunction, ListedFunction, LoadError, LoadErrorCode, Project, ProjectSource, ReadFunction, Selection,
};

use crate::admission::LoadTooLarge;
use crate::describe::describe;
use crate::description_cache::{DescriptionKey, Recalled, recall};
use crate::engine::{Engine, NO_PROCESSES, THREAD_LOST};
use crate::isolate::{DescribeEnd, DescribeJob, Described, Ended, Interrupted, StopOnDrop};
use crate::isolation::Isolation;
use crate::limits::{LOAD_LIMITS, READING_BYTES};
use crate::process::LoadNumber;
use crate::realm::Realm;
use crate::refused::RunRefused;

/// A function whose files are read. It has not been asked yet what it is.
pub struct UnaskedFunction {
    read: ReadFunction,
    recalled: Recalled,
    /// The load that it is of, where child processes can be asked.
    load: Option<LoadNumber>,
}

impl UnaskedFunction {
    /// Integration and name.
    #[must_use]
    pub fn key(&self) -> &FunctionKey {
        &self.read.key
    }

    /// The path of its file inside the project.
    #[must_use]
    pub fn path(&self) -> &str {
        &self.read.path
    }
}

/// A project whose files are read.
#[non_exhaustive]
pub struct UnaskedProject {
    /// The functions, in the order of `index.ts`.
    pub functions: Vec<Result<UnaskedFunction, Box<BrokenFunction>>>,
    /// The functions that `index.ts` lists and nobody asked for.
    pub not_loaded: Vec<ListedFunction>,
    /// What its author should know, and no function fails for.
    pub notes: Vec<String>,
}

/// What a function said, if that is to be kept.
type New = Option<(DescriptionKey, String)>;

impl Engine {
    /// Reads, checks and transpiles a project and evaluates each of its modules once, under limits.
    ///
    /// A function that cannot be loaded is listed in [`Project::broken`]; the others can run.
    ///
    /// # Errors
    /// [`LoadError`] when `index.ts` itself is missing or wrong.
    pub async fn load(&self, source: ProjectSource) -> Result<Project, LoadError> {
        self.load_selected(source, Selection::All).await
    }

    /// The same of some functions: the others of the project are listed in [`Project::not_loaded`], and cost nothing.
    ///
    /// # Errors
    /// As [`Engine::load`].
    pub async fn load_selected(
        &self,
        source: ProjectSource,
        selection: Selection,
    ) -> Result<Project, LoadError> {
        let UnaskedProject { functions, not_loaded, notes } = self.read(source, selection).await?;
        let described = functions.into_iter().map(|function| async { self.describe(function?).await });
        let described = futures_util::future::join_all(described).await;
        let mut new = Vec::new();
        let functions = described.into_iter().map(|described| {
            described.map(|(function, said)| {
                new.extend(said);
                function
            })
        });
        let project = Project::new(functions, not_loaded, notes);
        self.remember(new).await;
        Ok(project)
    }

    /// Reads, checks and transpiles functions, and runs nothing of them: [`Engine::ask`] each what it is when it is wanted.
    ///
    /// # Errors
    /// As [`Engine::load`].
    pub async fn read(
        &self,
        source: ProjectSource,
        selection: Selection,
    ) -> Result<UnaskedProject, LoadError> {
        let cache = self.descriptions.clone();
        let load = self.elsewhere.as_ref().map(|elsewhere| elsewhere.new_load());
        let place = self.admission.load(READING_BYTES).await?;
        let reading = tokio::task::spawn_blocking(move || {
            let _reading = place;
            let read = onevent_source::read(&source, &selection)?;
            let recalled = recall(cache.as_deref(), &read, &LOAD_LIMITS);
            let both = read.functions.into_iter().zip(recalled);
            let functions =
                both.map(|(read, recalled)| read.map(|read| UnaskedFunction { read, recalled, load }));
            Ok(UnaskedProject {
                functions: functions.collect(),
                not_loaded: read.not_loaded,
                notes: read.notes,
            })
        });
        reading.await.map_err(|_| shut_down())?
    }

    /// Asks a function what it is, unless that is known.
    ///
    /// # Errors
    /// It cannot be loaded.
    pub async fn ask(&self, function: UnaskedFunction) -> Result<Arc<Function>, Box<BrokenFunction>> {
        let (function, new) = self.describe(function).await?;
        self.remember(new.into_iter().collect()).await;
        Ok(function)
    }

    async fn describe(
        &self,
        UnaskedFunction { read, recalled, load }: UnaskedFunction,
    ) -> Result<(Arc<Function>, New), Box<BrokenFunction>> {
        // One that says anything else than a function that loads is not believed.
        if let Some(text) = &recalled.text
            && let Ok(function) = described(&read, text).await
        {
            return Ok((function, None));
        }
        let described = match self.describe_in_isolate(&read, load).await {
            Ok(Ok(Described { text, is_repeatable })) => described(&read, &text)
                .await
                .map(|function| (function, recalled.key.filter(|_| is_repeatable).map(|key| (key, text)))),
            Ok(Err(interrupted)) => describe(&read, Err(interrupted)).map(|function| (function, None)),
            Err(error) => Err(error),
        };
        described.map_err(|error| Box::new(read.broken(error)))
    }

    async fn describe_in_isolate(
        &self,
        read: &ReadFunction,
        load: Option<LoadNumber>,
    ) -> Result<DescribeEnd, LoadError> {
        let place = self.admission.load(LOAD_LIMITS.heap_bytes + bytes_of(&read.modules)).await?;
        if (self.isolation_of)(&read.key) == Isolation::Process {
            // It is held meanwhile.
            let _loading = place;
            return Ok(match (&self.elsewhere, load) {
                (Some(elsewhere), Some(load)) => {
                    elsewhere.describe(load, read.modules.clone(), LOAD_LIMITS).await
                }
                _ => Err(Interrupted::Engine(NO_PROCESSES.to_owned())),
            });
        }
        if self.lost.are_too_many() {
            let refused = RunRefused::ThreadsLost { lost: self.lost.now(), most: self.lost.most() };
            return Err(LoadError::new(LoadErrorCode::Engine, refused.to_string()));
        }
        let job = DescribeJob {
            modules: read.modules.clone(),
            limits: LOAD_LIMITS,
            place: place.clone(),
            // A debugger sees the modules being evaluated.
            may_run: (self.realm_of)(&read.key) == Realm::Isolate && self.debugger.get().is_none(),
        };
        Ok(match self.threads.describe(job) {
            Ok(mut under_way) => {
                let guard = StopOnDrop::new(Arc::clone(&under_way.stop));
                let end = match under_way.ended().await {
                    Ended::Answered(end) => end,
                    Ended::Unanswered => Err(Interrupted::Engine(THREAD_LOST.to_owned())),
                    Ended::Lost(lost) => {
                        // There are few places. Other than a run's, that of a load is given back when its thread is lost.
                        place.give_back();
                        Err(Interrupted::Stopped(lost.reason))
                    }
                };
                // Its isolate may go on to the function's run.
                guard.disarm();
                end
            }
            Err(error) => Err(Interrupted::Engine(format!("no thread for the isolate: {error}"))),
        })
    }

    async fn remember(&self, new: Vec<(DescriptionKey, String)>) {
        if let Some(cache) = self.descriptions.clone().filter(|_| !new.is_empty()) {
            // Where that fails, they are asked again the next time.
            let _ = tokio::task::spawn_blocking(move || cache.keep(&new)).await;
        }
    }
}

/// The code of a function, and what leads back from it to its files.
fn bytes_of(modules: &[Arc<ModuleSource>]) -> u64 {
    let bytes =
        |module: &Arc<ModuleSource>| module.code.len() + module.source_map.as_deref().map_or(0, <[u8]>::len);
    modules.iter().map(|module| bytes(module) as u64).sum()
}

impl From<LoadTooLarge> for LoadError {
    fn from(too_large: LoadTooLarge) -> Self {
        Self::new(LoadErrorCode::TooLarge, too_large.to_string())
    }
}

/// Compiling large schemas takes its time: not on a thread that others wait for.
async fn described(read: &ReadFunction, text: &str) -> Result<Arc<Function>, LoadError> {
    let (read, text) = (read.clone(), text.to_owned());
    tokio::task::spawn_blocking(move || describe(&read, Ok(&text))).await.map_err(|_| shut_down())?
}

fn shut_down() -> LoadError {
    LoadError::new(LoadErrorCode::Engine, "loading was shut down")
}
