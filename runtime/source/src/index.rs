//! `index.ts`: which functions a project has, in which order.

use std::collections::HashMap;

use onevent_contract::{FunctionKey, FunctionName, IntegrationId};

use crate::error::{LoadError, LoadErrorCode};
use crate::file_names::INDEX;
use crate::graph::resolve_relative;
use crate::limits::MAX_FUNCTIONS;
use crate::parse::{ImportKind, Syntax, parse};
use crate::source::ProjectSource;

/// A function that `index.ts` names.
pub(crate) struct Entry {
    /// As it is imported, for messages about one that has no file.
    pub(crate) specifier: String,
    /// The function, or why it cannot be one.
    pub(crate) function: Result<(Place, String), LoadError>,
}

/// Reads the imports of `index.ts`, in their order, each file once.
pub(crate) fn entries(source: &ProjectSource) -> Result<Vec<Entry>, LoadError> {
    let text = source.read(INDEX).map_err(|error| match error.code {
        LoadErrorCode::UnreadableFile => LoadError::new(LoadErrorCode::MissingIndex, error.message)
            .hint("a project is a folder with an index.ts that imports its functions: `import './salesforce/on-events/setup';`"),
        _ => error,
    })?;
    let imports = parse(INDEX, text, Syntax::TypeScript)?.imports;
    let mut entries: Vec<Entry> = Vec::new();
    let mut places: HashMap<Place, String> = HashMap::new();
    for import in imports {
        if import.kind != ImportKind::SideEffect {
            let message = format!("index.ts imports names from `{}`", import.specifier);
            return Err(LoadError::new(LoadErrorCode::InvalidFunctionPath, message)
                .hint(format!("write `import '{}';`: index.ts only lists functions", import.specifier))
                .at(import.position));
        }
        let function = resolve_relative(source, INDEX, &import).and_then(|path| {
            let place = supported(&path).map_err(|error| error.at(import.position.clone()))?;
            Ok((place, path))
        });
        let function = match function {
            Ok((place, path)) => match places.get(&place) {
                Some(known) if *known == path => continue,
                Some(_) => {
                    let message =
                        format!("`{}` is a second file for the function {}", import.specifier, place.key);
                    Err(LoadError::new(LoadErrorCode::DuplicateFunction, message).at(import.position))
                }
                None => {
                    places.insert(place.clone(), path.clone());
                    Ok((place, path))
                }
            },
            Err(error) => Err(error),
        };
        entries.push(Entry { specifier: import.specifier, function });
        if entries.len() > MAX_FUNCTIONS {
            let message = format!("index.ts lists more than {MAX_FUNCTIONS} functions");
            return Err(LoadError::new(LoadErrorCode::TooLarge, message));
        }
    }
    Ok(entries)
}

/// Which kind of function a folder holds, by Nango's names.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Folder {
    /// `on-events`
    OnEvents,
    /// `actions`
    Actions,
    /// `syncs`, which are not supported.
    Syncs,
}

impl Folder {
    const ALL: [Folder; 3] = [Self::OnEvents, Self::Actions, Self::Syncs];

    /// The folder's name.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::OnEvents => "on-events",
            Self::Actions => "actions",
            Self::Syncs => "syncs",
        }
    }
}

/// A function by its place.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) struct Place {
    pub(crate) key: FunctionKey,
    pub(crate) folder: Folder,
}

/// Integration, name and folder, from `<integration>/on-events/<name>.ts`.
pub(crate) fn place_of(path: &str) -> Result<Place, LoadError> {
    let invalid = |message: String| {
        LoadError::new(LoadErrorCode::InvalidFunctionPath, message).hint(
            "a function's file is `<integration>/on-events/<name>.ts` or `<integration>/actions/<name>.ts`",
        )
    };
    let parts: Vec<&str> = path.split('/').collect();
    let [integration, folder, file] = parts.as_slice() else {
        return Err(invalid(format!("`{path}` is not the path of a function")));
    };
    let folder = Folder::ALL
        .into_iter()
        .find(|known| known.as_str() == *folder)
        .ok_or_else(|| invalid(format!("`{path}`: `{folder}` is not a folder of functions")))?;
    let name = file.rsplit_once('.').map_or(*file, |(name, _)| name);
    let key = FunctionKey {
        integration: IntegrationId::new(*integration)
            .map_err(|error| invalid(format!("`{path}`: {error}")))?,
        name: FunctionName::new(name).map_err(|error| invalid(format!("`{path}`: {error}")))?,
    };
    Ok(Place { key, folder })
}

/// The same of a function that can run.
fn supported(path: &str) -> Result<Place, LoadError> {
    let place = place_of(path)?;
    match place.folder {
        Folder::OnEvents | Folder::Actions => Ok(place),
        Folder::Syncs => {
            let message = format!("`{path}`: syncs are not supported, only event functions and actions");
            Err(LoadError::new(LoadErrorCode::UnsupportedFunctionType, message))
        }
    }
}
