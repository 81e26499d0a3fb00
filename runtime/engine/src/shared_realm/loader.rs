//! What deno_core asks for in a shared isolate: the module that brings the SDK and zod in, and source maps of runs.

use std::borrow::Cow;

use deno_core::{
    FastString, ModuleLoadOptions, ModuleLoadReferrer, ModuleLoadResponse, ModuleLoader,
    ModuleResolveResponse, ModuleSource, ModuleSourceCode, ModuleSpecifier, ModuleType, ResolutionKind,
};
use deno_error::JsErrorBox;

use super::modules;

/// The specifier of the module that imports what is to be shared.
pub(super) const GLUE: &str = "onevent:shared";
const GLUE_CODE: &str =
    "import * as nango from 'onevent:nango'; import * as zod from 'onevent:zod'; export { nango, zod };";

pub(super) struct SharedLoader;

impl ModuleLoader for SharedLoader {
    fn resolve(&self, specifier: &str, _referrer: &str, _kind: ResolutionKind) -> ModuleResolveResponse {
        ModuleSpecifier::parse(specifier).map_err(JsErrorBox::from_err)
    }

    fn load(
        &self,
        specifier: &ModuleSpecifier,
        _referrer: Option<&ModuleLoadReferrer>,
        _options: ModuleLoadOptions,
    ) -> ModuleLoadResponse {
        ModuleLoadResponse::Sync(match specifier.as_str() {
            GLUE => Ok(ModuleSource::new(
                ModuleType::JavaScript,
                ModuleSourceCode::String(FastString::from_static(GLUE_CODE)),
                specifier,
                None,
            )),
            other => Err(JsErrorBox::type_error(format!("the module `{other}` is not available"))),
        })
    }

    fn get_source_map(&self, file_name: &str) -> Option<Cow<'_, [u8]>> {
        modules::current()?.source_map(file_name).map(Cow::Owned)
    }

    fn source_map_source_exists(&self, _source_url: &str) -> Option<bool> {
        Some(true)
    }
}
