//! Where a run was when it was stopped, in the author's files.

use onevent_contract::Frame;
use onevent_contract::specifier::PROJECT_ROOT;
use onevent_ops::{FunctionModules, ScriptPlace};
use onevent_source::written_at;

/// The frame of a place, in the author's file; `None` where its module is not one of the function's.
pub(crate) fn frame(modules: &FunctionModules, place: ScriptPlace) -> Option<Frame> {
    let module = modules.of_specifier(&place.specifier)?;
    let ScriptPlace { line, column, function, .. } = place;
    let Some(map) = module.source_map.as_deref() else {
        return Some(Frame { file: module.path.clone(), line, column, function });
    };
    let written = written_at(map, line, column)?;
    // A bundler's map names its files; that of one file may name it as it likes.
    let named = written.source.as_deref().and_then(|source| source.strip_prefix(PROJECT_ROOT));
    let file = named.map_or_else(|| module.path.clone(), str::to_owned);
    Some(Frame { file, line: written.line, column: written.column, function })
}
