//! Which of a project's functions to load. Listing them costs one file; loading one costs all that it imports.

use std::fmt;
use std::sync::Arc;

use onevent_contract::{FunctionKey, IntegrationId};

use crate::index::Folder;
use crate::source::ProjectSource;

/// What an event function's file calls, unless something that it imports does so for it.
const CREATE_ON_EVENT: &str = "createOnEvent";

/// A function as `index.ts` lists it: nothing of its file is known yet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ListedFunction {
    /// Integration and name.
    pub key: FunctionKey,
    /// The folder that it lies in.
    pub folder: Folder,
    /// The path of its file inside the project.
    pub path: String,
}

/// Which functions to load. What `index.ts` itself says wrongly is an error of the project in any case.
#[derive(Clone, Default)]
#[non_exhaustive]
pub enum Selection {
    /// All of them.
    #[default]
    All,
    /// Those that an operation on a connection of this integration needs: its event functions. One that lies in
    /// another folder by mistake is among them, so that nobody goes on without it.
    EventFunctionsOf(IntegrationId),
    /// The action of this name.
    Action(FunctionKey),
    /// Those that fit.
    Fitting(Arc<dyn Fn(&ListedFunction) -> bool + Send + Sync>),
}

impl fmt::Debug for Selection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::All => f.write_str("All"),
            Self::EventFunctionsOf(integration) => {
                f.debug_tuple("EventFunctionsOf").field(integration).finish()
            }
            Self::Action(key) => f.debug_tuple("Action").field(key).finish(),
            Self::Fitting(_) => f.write_str("Fitting"),
        }
    }
}

impl Selection {
    /// Whether this function is among them.
    pub(crate) fn has(&self, listed: &ListedFunction, source: &ProjectSource) -> bool {
        match self {
            Self::All => true,
            Self::EventFunctionsOf(integration) => {
                listed.key.integration == *integration
                    && (listed.folder == Folder::OnEvents || mentions_event(listed, source))
            }
            Self::Action(key) => listed.key == *key && listed.folder == Folder::Actions,
            Self::Fitting(fits) => fits(listed),
        }
    }
}

fn mentions_event(listed: &ListedFunction, source: &ProjectSource) -> bool {
    // What cannot be read here cannot be loaded either, and says why then.
    source.read(&listed.path).map_or(true, |text| text.contains(CREATE_ON_EVENT))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::read;

    fn loaded(selection: Selection) -> (Vec<String>, Vec<String>) {
        let source = ProjectSource::files([
            (
                "index.ts",
                "import './acme/on-events/check'; import './acme/actions/check'; import './acme/actions/lost';
                 import './other/on-events/check'; import './acme/syncs/all';",
            ),
            ("acme/on-events/check.ts", ""),
            ("acme/actions/check.ts", "createAction()"),
            ("acme/actions/lost.ts", "createOnEvent()"),
            ("other/on-events/check.ts", "import 'nothing'; import '../missing';"),
            ("acme/syncs/all.ts", ""),
        ]);
        let project = read(&source, &selection).unwrap();
        let broken = project.functions.iter().filter_map(|function| function.as_ref().err());
        let broken: Vec<&str> = broken.map(|broken| broken.error.code.as_str()).collect();
        let whole = matches!(selection, Selection::All);
        assert_eq!(
            broken.len(),
            if whole { 2 } else { 1 },
            "a sync, and a function that nobody reads: {broken:?}"
        );
        let functions = project.functions.iter().flatten().map(|function| function.path.clone()).collect();
        (functions, project.not_loaded.into_iter().map(|listed| listed.path).collect())
    }

    #[test]
    fn only_what_is_asked_for_is_read() {
        let action = "acme/actions/check.ts".to_owned();
        let key = FunctionKey {
            integration: IntegrationId::new("acme").unwrap(),
            name: onevent_contract::FunctionName::new("check").unwrap(),
        };
        let (functions, rest) = loaded(Selection::Action(key));
        assert_eq!((functions, rest.len()), (vec![action.clone()], 3));
        let (functions, rest) = loaded(Selection::Fitting(Arc::new(|listed| listed.path.contains("lost"))));
        assert_eq!((functions, rest.len()), (vec!["acme/actions/lost.ts".to_owned()], 3));
        let (functions, rest) = loaded(Selection::All);
        assert_eq!((functions.len(), rest.len()), (3, 0));
    }

    #[test]
    fn an_event_function_in_the_wrong_folder_is_one_of_them() {
        let integration = IntegrationId::new("acme").unwrap();
        let (functions, rest) = loaded(Selection::EventFunctionsOf(integration));
        assert_eq!(functions, ["acme/on-events/check.ts", "acme/actions/lost.ts"]);
        assert_eq!(rest, ["acme/actions/check.ts", "other/on-events/check.ts"]);
    }
}
