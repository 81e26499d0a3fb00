//! Functions of which a bundler has made one file each, as Nango's command line deploys them.

use std::collections::BTreeMap;
use std::sync::Arc;

use onevent_contract::FunctionKey;

use crate::index::Folder;
use crate::inline_map::{self, InlineMap};
use crate::source::{Bundled, ProjectSource};

/// One function as a bundler left it.
#[derive(Debug, Clone)]
pub struct Bundle {
    /// Integration and name.
    pub key: FunctionKey,
    /// The folder that its file lay in.
    pub folder: Folder,
    /// What runs: a CommonJS module with everything that the author's files import of each other. Its source map is in its
    /// last line, where it has one.
    pub code: String,
    /// What its author wrote: the text of the function's own file, to be shown.
    pub source: String,
}

impl Bundle {
    /// The path of what runs, inside the project that [`ProjectSource::bundles`] makes.
    fn path(&self) -> String {
        self.path_with("cjs")
    }

    /// The path of what the author wrote.
    fn written(&self) -> String {
        self.path_with("ts")
    }

    fn path_with(&self, ending: &str) -> String {
        format!("{}/{}/{}.{ending}", self.key.integration, self.folder.as_str(), self.key.name)
    }
}

impl ProjectSource {
    /// A project of bundles, in this order; of each name and folder one. Errors, and frames of errors, point into the
    /// author's files as far as the bundles' source maps lead there.
    #[must_use]
    pub fn bundles(bundles: impl IntoIterator<Item = Bundle>) -> Self {
        let mut files: BTreeMap<String, Arc<str>> = BTreeMap::new();
        let mut written: BTreeMap<String, Arc<str>> = BTreeMap::new();
        let mut facts = BTreeMap::new();
        let mut functions = Vec::new();
        for bundle in bundles {
            let (path, own) = (bundle.path(), bundle.written());
            let (code, map) = inline_map::split(&bundle.code);
            let source: Arc<str> = bundle.source.into();
            let map = map.map(|map| map.of_project(&path).realigned(&own, &source));
            if let Some(InlineMap { texts, .. }) = &map {
                for (file, text) in texts.iter().filter(|(file, _)| *file != own) {
                    written.entry(file.clone()).or_insert_with(|| Arc::from(text.as_str()));
                }
            }
            files.insert(path.clone(), code.into());
            files.insert(own.clone(), source);
            let source_map = map.map(|map| map.json.into());
            facts.insert(path.clone(), Bundled { written: own, source_map });
            functions.push(path);
        }
        // What a map says never stands in front of what was given.
        for (path, text) in written {
            files.entry(path).or_insert(text);
        }
        let source = Self::files(files).with_functions(functions.iter().map(String::as_str));
        source.with_bundled(facts)
    }
}

#[cfg(test)]
mod tests {
    use onevent_contract::{FunctionName, IntegrationId, ModuleFormat};

    use super::*;
    use crate::{Selection, read};

    fn bundle(name: &str, code: &str) -> Bundle {
        let (integration, name) = (IntegrationId::new("crm").unwrap(), FunctionName::new(name).unwrap());
        Bundle {
            key: FunctionKey { integration, name },
            folder: Folder::OnEvents,
            code: code.to_owned(),
            source: "the author's".to_owned(),
        }
    }

    #[test]
    fn a_bundle_is_a_common_js_module_that_its_author_wrote_in_another_file() {
        let source = ProjectSource::bundles([
            bundle("check", "const zod = require('zod'); module.exports = {};"),
            bundle("setup", "module.exports = require('fs');"),
        ]);
        let project = read(&source, &Selection::All).unwrap();
        let [Ok(check), Ok(setup)] = project.functions.as_slice() else { panic!("{project:?}") };
        assert_eq!((check.path.as_str(), check.modules.len()), ("crm/on-events/check.ts", 1));
        assert_eq!(check.modules[0].path, "crm/on-events/check.cjs");
        assert!(matches!(check.modules[0].format, ModuleFormat::CommonJs { .. }));
        assert_eq!(source.read(&check.path).unwrap().as_ref(), "the author's");
        assert!(setup.modules[0].imports.is_empty(), "what is not there throws when the code gets there");
    }

    #[test]
    fn a_name_that_leads_out_of_the_project_is_none_of_a_function() {
        let mut outside = bundle("check", "module.exports = {};");
        outside.key.integration = IntegrationId::new("..").unwrap();
        let project = read(&ProjectSource::bundles([outside]), &Selection::All).unwrap();
        assert!(project.functions[0].is_err());
    }
}
