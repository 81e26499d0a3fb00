use std::sync::Arc;

use indexmap::IndexMap;
use onevent_contract::JsonObject;
use serde::Deserialize;
use serde_json::Value;

use super::file::File;
use super::{Provider, ProvidersError};

/// The templates that come with this crate: `providers.yaml`, which the build script has turned into JSON.
const BUILTIN: &str = include_str!(concat!(env!("OUT_DIR"), "/providers.json"));
/// More of them, which build on those: the ones that say how an API's pages follow each other.
const PAGINATED: &str = include_str!(concat!(env!("OUT_DIR"), "/providers-paginated.json"));

/// A catalogue of provider templates.
#[derive(Debug, Clone, Default)]
pub struct Providers {
    entries: IndexMap<String, ResolvedProvider>,
}

#[derive(Debug, Clone)]
struct ResolvedProvider {
    /// The fields after aliases were resolved: what a later file's alias builds on.
    fields: JsonObject,
    provider: Arc<Provider>,
}

impl Providers {
    /// The templates that come with this crate.
    ///
    /// # Errors
    /// None in practice: a test reads the file. The type is that of every other file.
    pub fn builtin() -> Result<Self, ProvidersError> {
        let origin = "the built-in providers";
        Self::default().with(File::from_json(BUILTIN, origin)?)?.with(File::from_json(PAGINATED, origin)?)
    }

    /// Reads a file of templates. `origin` is its name in errors.
    ///
    /// # Errors
    /// [`ProvidersError`] names the entry and the line. Unknown fields are no error.
    pub fn from_yaml(text: &str, origin: &str) -> Result<Self, ProvidersError> {
        Self::default().extended(text, origin)
    }

    /// This catalogue with a file's templates on top. An entry replaces the whole entry of the same name; an alias
    /// may name a template of this catalogue.
    ///
    /// # Errors
    /// As [`Providers::from_yaml`].
    pub fn extended(self, text: &str, origin: &str) -> Result<Self, ProvidersError> {
        self.with(File::from_yaml(text, origin)?)
    }

    fn with(mut self, file: File<'_>) -> Result<Self, ProvidersError> {
        let mut read = Vec::with_capacity(file.entries.len());
        for name in file.entries.keys() {
            let fields = self.resolved(&file, name)?;
            let mut provider = Provider::deserialize(Value::Object(fields.clone()))
                .map_err(|error| file.entry_error(name, error.to_string()))?;
            provider.name.clone_from(name);
            read.push((name.clone(), ResolvedProvider { fields, provider: Arc::new(provider) }));
        }
        self.entries.extend(read);
        Ok(self)
    }

    /// The template of that name.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<Arc<Provider>> {
        self.entries.get(name).map(|entry| Arc::clone(&entry.provider))
    }

    /// The fields of a template as its file has them, with those of the templates it is an alias of.
    #[must_use]
    pub fn template(&self, name: &str) -> Option<&JsonObject> {
        self.entries.get(name).map(|entry| &entry.fields)
    }

    /// The same of every template, by name, in the order of the files.
    pub fn templates(&self) -> impl Iterator<Item = (&str, &JsonObject)> {
        self.entries.iter().map(|(name, entry)| (name.as_str(), &entry.fields))
    }

    /// How many templates there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.entries.len()
    }

    /// Whether there is no template.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// Every template, in the order of the files.
    pub fn iter(&self) -> impl Iterator<Item = &Provider> {
        self.entries.values().map(|entry| entry.provider.as_ref())
    }

    /// An entry's fields with those of the templates it is an alias of underneath.
    fn resolved(&self, file: &File<'_>, name: &str) -> Result<JsonObject, ProvidersError> {
        let mut layers = Vec::new();
        let mut seen = vec![name];
        let mut current = file.entries.get(name);
        let line = || file.line_of(name);
        while let Some(fields) = current {
            layers.push(fields);
            let Some(alias) = fields.get("alias") else { break };
            let Some(alias) = alias.as_str() else {
                return Err(file.entry_error(name, "`alias` must be the name of a provider"));
            };
            // An entry that extends its namesake in the catalogue underneath is no cycle.
            let below = || self.entries.get(alias).map(|entry| &entry.fields);
            if seen.contains(&alias) {
                let Some(fields) = below() else {
                    let (origin, entry) = (file.origin.into(), name.into());
                    return Err(ProvidersError::AliasCycle { origin, line: line(), entry });
                };
                layers.push(fields);
                break;
            }
            seen.push(alias);
            current = file.entries.get(alias);
            if current.is_none() {
                let Some(fields) = below() else {
                    let (origin, entry, alias) = (file.origin.into(), name.into(), alias.into());
                    return Err(ProvidersError::UnknownAlias { origin, line: line(), entry, alias });
                };
                // What is in the catalogue has been resolved already.
                layers.push(fields);
                break;
            }
        }
        let mut merged = JsonObject::new();
        for layer in layers.into_iter().rev() {
            merge(&mut merged, layer);
        }
        merged.shift_remove("alias");
        Ok(merged)
    }
}

/// Puts `over` on top of `base`: objects are merged at every depth, everything else is replaced. An alias that
/// changes one field of `proxy` keeps the others.
fn merge(base: &mut JsonObject, over: &JsonObject) {
    for (key, value) in over {
        match (base.get_mut(key), value) {
            (Some(Value::Object(base)), Value::Object(over)) => merge(base, over),
            _ => {
                base.insert(key.clone(), value.clone());
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_builtin_providers_parse_and_hold_what_is_promised() {
        let providers = Providers::builtin().unwrap();
        for name in [
            "salesforce",
            "salesforce-sandbox",
            "github",
            "github-pat",
            "hubspot",
            "slack",
            "stripe",
            "stripe-api-key",
            "notion",
            "linear",
            "zendesk",
            "openai",
            "unauthenticated",
            "private-api-generic",
        ] {
            let provider = providers.get(name).unwrap_or_else(|| panic!("{name} is missing"));
            assert!(provider.supported_auth_mode().is_some(), "{name}");
            assert!(provider.display_name.is_some(), "{name}");
        }
        assert_eq!(
            providers.get("salesforce-sandbox").unwrap().proxy.base_url.as_deref(),
            Some("${connectionConfig.instance_url}")
        );
    }

    #[test]
    fn the_builtin_providers_are_what_their_files_say() {
        let files = [include_str!("../../providers.yaml"), include_str!("../../providers-paginated.yaml")];
        let read = files
            .into_iter()
            .try_fold(Providers::default(), |providers, text| providers.extended(text, "a file"))
            .unwrap();
        let builtin = Providers::builtin().unwrap();
        assert!(builtin.len() > 50, "{}", builtin.len());
        assert_eq!(builtin.templates().collect::<Vec<_>>(), read.templates().collect::<Vec<_>>());
    }

    #[test]
    fn paging_is_known_for_many_providers_and_their_aliases() {
        let providers = Providers::builtin().unwrap();
        let paged: Vec<&str> = providers
            .iter()
            .filter(|provider| provider.proxy.paginate.is_some())
            .map(|provider| provider.name.as_str())
            .collect();
        assert!(paged.len() > 35, "{paged:?}");
        let drive = providers.get("google-drive").unwrap();
        assert_eq!(drive.proxy.paginate, providers.get("google").unwrap().proxy.paginate);
        assert_eq!(providers.get("github-app").unwrap().auth_mode, "APP");
    }

    #[test]
    fn an_alias_keeps_what_it_does_not_change_at_every_depth() {
        let providers = Providers::from_yaml(
            "b:\n  alias: a\n  display_name: B\n  proxy:\n    headers:\n      y: '2'\n\
             a:\n  auth_mode: API_KEY\n  proxy:\n    base_url: https://a.example\n    headers:\n      x: 1\n    retry:\n      after: retry-after\n",
            "test.yaml",
        )
        .unwrap();
        let proxy = &providers.get("b").unwrap().proxy;
        assert_eq!(proxy.base_url.as_deref(), Some("https://a.example"));
        assert_eq!(proxy.retry.after, HeaderNames(vec!["retry-after".into()]));
        let headers: Vec<_> = proxy.headers.iter().map(|(k, v)| (k.as_str(), v.as_str())).collect();
        assert_eq!(headers, [("x", "1"), ("y", "2")]);
    }

    use super::super::HeaderNames;

    #[test]
    fn errors_name_the_entry_and_its_line() {
        let error = |text: &str| Providers::from_yaml(text, "p.yaml").unwrap_err().to_string();
        assert_eq!(
            error("a:\n  auth_mode: NONE\nb:\n  alias: c\n"),
            "p.yaml:3: provider `b` is an alias of `c`, which does not exist"
        );
        assert_eq!(error("a:\n  alias: b\nb:\n  alias: a\n"), "p.yaml:1: provider `a` is an alias of itself");
        assert_eq!(error("a:\n  proxy: {}\n"), "p.yaml:1: provider `a`: missing field `auth_mode`");
        assert_eq!(error("\n'a': 7\n"), "p.yaml:2: provider `a`: expected a mapping");
        assert_eq!(error("- a\n"), "p.yaml: expected a mapping from provider names to templates");
        let wrong =
            error("ab:\n  auth_mode: NONE\na:\n  auth_mode: NONE\n  proxy:\n    headers:\n      x: [1]\n");
        assert!(wrong.starts_with("p.yaml:3: provider `a`: expected a text, found [1]"), "{wrong}");
        assert!(error("a:\n  b: [\n").starts_with("p.yaml:"), "{}", error("a:\n  b: [\n"));
    }

    #[test]
    fn unknown_fields_and_empty_ones_are_no_error() {
        let providers =
            Providers::from_yaml("a:\n  auth_mode: TWO_STEP\n  categories:\n  future: {x: 1}\n", "p")
                .unwrap();
        let provider = providers.get("a").unwrap();
        assert_eq!(provider.supported_auth_mode(), None);
        assert!(provider.other.contains_key("future"));
    }

    #[test]
    fn a_later_file_replaces_entries_and_may_build_on_earlier_ones() {
        let providers = Providers::from_yaml(
            "a:\n  auth_mode: NONE\n  proxy: {base_url: 'https://a.example'}\nb:\n  auth_mode: NONE\n  docs: x\n",
            "first",
        )
        .unwrap()
        .extended("a:\n  alias: a\n  display_name: A\nb:\n  auth_mode: BASIC\n", "second")
        .unwrap();
        let a = providers.get("a").unwrap();
        assert_eq!(a.proxy.base_url.as_deref(), Some("https://a.example"));
        assert_eq!(a.display_name.as_deref(), Some("A"));
        assert_eq!(providers.get("b").unwrap().docs, None);
        assert_eq!(providers.len(), 2);
    }
}
