//! `index.ts`: which functions a project has, in which order.

use std::collections::HashMap;

use onevent_contract::{FunctionKey, FunctionName, IntegrationId, limit_met};
use strum::{EnumString, IntoStaticStr};

use crate::error::{LoadError, LoadErrorCode};
use crate::file_names::INDEX;
use crate::imports::ImportKind;
use crate::limits::MAX_FUNCTIONS;
use crate::parse::{Syntax, parse};
use crate::resolve::resolve_relative;
use crate::source::ProjectSource;

/// An import of `index.ts`: a function that it lists.
pub(crate) struct ListedImport {
    /// As it is imported, for messages about one that has no file.
    pub(crate) specifier: String,
    /// The function and its file, or why it cannot be one.
    pub(crate) function: Result<(FunctionPath, String), LoadError>,
}

/// Reads the imports of `index.ts`, in their order, each file once.
pub(crate) fn listed_imports(source: &ProjectSource) -> Result<Vec<ListedImport>, LoadError> {
    let text = source.read(INDEX).map_err(|error| match error.code {
        LoadErrorCode::UnreadableFile => LoadError::new(LoadErrorCode::MissingIndex, error.message)
            .hint("a project is a folder with an index.ts that imports its functions: `import './salesforce/on-events/setup';`"),
        _ => error,
    })?;
    let imports = parse(INDEX, text, Syntax::TypeScript)?.imports;
    let mut listed: Vec<ListedImport> = Vec::new();
    let mut files: HashMap<FunctionPath, String> = HashMap::new();
    for import in imports {
        if import.kind != ImportKind::SideEffect {
            let message = format!("index.ts imports names from `{}`", import.specifier);
            return Err(LoadError::new(LoadErrorCode::InvalidFunctionPath, message)
                .hint(format!("write `import '{}';`: index.ts only lists functions", import.specifier))
                .at(import.position));
        }
        let function = resolve_relative(source, INDEX, &import).and_then(|file| {
            let path = supported(&file).map_err(|error| error.at(import.position.clone()))?;
            Ok((path, file))
        });
        let function = match function {
            Ok((path, file)) => match files.get(&path) {
                Some(known) if *known == file => continue,
                Some(_) => {
                    let message =
                        format!("`{}` is a second file for the function {}", import.specifier, path.key);
                    Err(LoadError::new(LoadErrorCode::DuplicateFunction, message).at(import.position))
                }
                None => {
                    files.insert(path.clone(), file.clone());
                    Ok((path, file))
                }
            },
            Err(error) => Err(error),
        };
        listed.push(ListedImport { specifier: import.specifier, function });
        if listed.len() > MAX_FUNCTIONS {
            let limit = limit_met("project_functions", MAX_FUNCTIONS, listed.len());
            let message = format!("index.ts lists too many functions ({limit})");
            return Err(LoadError::new(LoadErrorCode::TooLarge, message));
        }
    }
    Ok(listed)
}

/// Which kind of function a folder holds, by Nango's names.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, EnumString, IntoStaticStr)]
#[strum(serialize_all = "kebab-case")]
pub enum Folder {
    /// `on-events`
    OnEvents,
    /// `actions`
    Actions,
    /// `syncs`, which are not supported.
    Syncs,
}

impl Folder {
    /// The folder's name.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        self.into()
    }
}

/// What the path of a function's file says.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) struct FunctionPath {
    pub(crate) key: FunctionKey,
    pub(crate) folder: Folder,
}

impl FunctionPath {
    /// Integration, name and folder, from `<integration>/on-events/<name>.ts`.
    pub(crate) fn parse(path: &str) -> Result<Self, LoadError> {
        let invalid = |message: String| {
            LoadError::new(LoadErrorCode::InvalidFunctionPath, message).hint(
                "a function's file is `<integration>/on-events/<name>.ts` or `<integration>/actions/<name>.ts`",
            )
        };
        let parts: Vec<&str> = path.split('/').collect();
        let [integration, folder, file] = parts.as_slice() else {
            return Err(invalid(format!("`{path}` is not the path of a function")));
        };
        let folder = folder
            .parse()
            .map_err(|_| invalid(format!("`{path}`: `{folder}` is not a folder of functions")))?;
        let name = file.rsplit_once('.').map_or(*file, |(name, _)| name);
        let key = FunctionKey {
            integration: IntegrationId::new(*integration)
                .map_err(|error| invalid(format!("`{path}`: {error}")))?,
            name: FunctionName::new(name).map_err(|error| invalid(format!("`{path}`: {error}")))?,
        };
        Ok(Self { key, folder })
    }
}

/// The same of a function that can run.
fn supported(path: &str) -> Result<FunctionPath, LoadError> {
    let parsed = FunctionPath::parse(path)?;
    match parsed.folder {
        Folder::OnEvents | Folder::Actions => Ok(parsed),
        Folder::Syncs => {
            let message = format!("`{path}`: syncs are not supported, only event functions and actions");
            Err(LoadError::new(LoadErrorCode::UnsupportedFunctionType, message))
        }
    }
}
