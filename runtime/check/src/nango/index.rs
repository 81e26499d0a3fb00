//! `index.ts`: Nango reads it line by line.

use deno_ast::SourceRangedForSpanned;
use deno_ast::swc::ast::{ModuleDecl, ModuleItem};
use onevent_source::ProjectSource;

use crate::code::Code;
use crate::finding::Finding;
use crate::place::Place;
use crate::syntax::module;

const INDEX: &str = "index.ts";

/// The lines that list these functions.
pub(super) fn check(source: &ProjectSource, entries: &[String], found: &mut Vec<Finding>) {
    let Ok(text) = source.read(INDEX) else { return };
    let lines = onevent_source::with_tree(INDEX, text, |parsed| {
        let mut found = Vec::new();
        for item in module(parsed) {
            let ModuleItem::ModuleDecl(ModuleDecl::Import(import)) = item else { continue };
            let specifier = import.src.value.to_string_lossy();
            let is_asked_for = source
                .resolve(INDEX, &specifier)
                .is_ok_and(|target| target.is_some_and(|target| entries.contains(&target)));
            let place = Place::of(INDEX, parsed, import.start());
            if let Some((message, next)) = refused(&place, &specifier).filter(|_| is_asked_for) {
                found.push(Finding::new(Code::NangoIndexImport, place, message, next));
            }
        }
        found
    });
    found.extend(lines.unwrap_or_default());
}

fn refused(place: &Place, specifier: &str) -> Option<(String, String)> {
    let plain = || format!("write `import '{}';` on a line of its own", specifier.trim_end_matches(".ts"));
    if specifier.ends_with(".ts") {
        return Some(("Nango does not find a function that is imported with `.ts`".to_owned(), plain()));
    }
    let line = usize::try_from(place.line).ok()?.checked_sub(1)?;
    let text = place.text.split('\n').nth(line).unwrap_or_default();
    let is_read = ["import './", "import \"./"].iter().any(|beginning| text.starts_with(beginning));
    (place.column != 1 || !is_read).then(|| {
        ("Nango reads one import from the beginning of each line, and not this one".to_owned(), plain())
    })
}
