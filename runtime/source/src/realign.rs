//! Where the author wrote what a source map knows as somebody's print of it.
//!
//! Nango's command line prints each file anew before it bundles it: the same words, on other lines. Its map leads to that
//! print. The words lead on to the author's own file.

use std::ops::Range;
use std::sync::Arc;

use deno_ast::swc::sourcemap::{SourceMap, SourceMapBuilder};
use similar::{DiffTag, TextDiff};

use crate::large_stack;
use crate::limits::{LONGEST_ALIGNMENT, MAX_ALIGNED_WORDS};
use crate::parse;

/// A line and a column, from 0, as source maps count them.
type Place = (u32, u32);

/// A text as its words, each with its place.
struct Words<'a> {
    words: Vec<&'a str>,
    places: Vec<Place>,
}

impl<'a> Words<'a> {
    /// `None` where it is no TypeScript, or has more words than are compared.
    fn of(path: &str, text: &'a Arc<str>) -> Option<Self> {
        let ranges = parse::words(path, text).ok().filter(|ranges| ranges.len() <= MAX_ALIGNED_WORDS)?;
        let words = ranges.iter().map(|range| text.get(range.clone()).unwrap_or_default()).collect();
        Some(Self { words, places: places(text, &ranges) })
    }
}

/// Where ranges of a text begin.
fn places(text: &str, ranges: &[Range<usize>]) -> Vec<Place> {
    let mut places = Vec::with_capacity(ranges.len());
    let (mut line, mut line_start, mut at) = (0_u32, 0, 0);
    for range in ranges {
        let passed = text.get(at..range.start).unwrap_or_default();
        if let Some(end) = passed.rfind('\n') {
            line += u32::try_from(passed.matches('\n').count()).unwrap_or(u32::MAX);
            line_start = at + end + 1;
        }
        at = range.start.max(at);
        let column = text.get(line_start..at).unwrap_or_default().encode_utf16().count();
        places.push((line, u32::try_from(column).unwrap_or(u32::MAX)));
    }
    places
}

/// The map (JSON) with every place in the `printed` text of the source `named` moved to the word's place in the `written` one;
/// `None` where that cannot be told.
pub(crate) fn realigned(
    map: &[u8],
    named: &str,
    path: &str,
    printed: &Arc<str>,
    written: &Arc<str>,
) -> Option<Vec<u8>> {
    large_stack::run(|| realigned_here(map, named, path, printed, written)).ok()?
}

fn realigned_here(
    map: &[u8],
    named: &str,
    path: &str,
    printed: &Arc<str>,
    written: &Arc<str>,
) -> Option<Vec<u8>> {
    let (printed, written) = (Words::of(path, printed)?, Words::of(path, written)?);
    let moved = moved(&printed, &written);
    let map = SourceMap::from_slice(map).ok()?;
    let mut next = SourceMapBuilder::new(None);
    let sources: Vec<u32> = map.sources().map(|source| next.add_source(source.clone())).collect();
    for token in map.tokens() {
        let source = sources.get(token.get_src_id() as usize).copied();
        let (mut line, mut column) = token.get_src();
        if token.get_source().is_some_and(|source| &**source == named) {
            let word = printed.places.partition_point(|place| *place <= (line, column)).checked_sub(1);
            match word.and_then(|word| moved.get(word).copied().flatten()) {
                Some(place) => (line, column) = place,
                // Before everything that both have: nothing of the author's.
                None => continue,
            }
        }
        next.add_raw(token.get_dst_line(), token.get_dst_col(), line, column, source, None, false);
    }
    let mut json = Vec::new();
    next.into_sourcemap().to_writer(&mut json).ok()?;
    Some(json)
}

/// For each word of the print its place in the author's file; where the author has no such word, that of the one before.
fn moved(printed: &Words<'_>, written: &Words<'_>) -> Vec<Option<Place>> {
    let mut moved: Vec<Option<Place>> = vec![None; printed.words.len()];
    let diff = TextDiff::configure().timeout(LONGEST_ALIGNMENT).diff_slices(&printed.words, &written.words);
    for op in diff.ops() {
        if op.tag() == DiffTag::Equal {
            for (from, to) in op.old_range().zip(op.new_range()) {
                if let (Some(slot), Some(place)) = (moved.get_mut(from), written.places.get(to)) {
                    *slot = Some(*place);
                }
            }
        }
    }
    let mut last = None;
    for slot in &mut moved {
        last = slot.or(last);
        *slot = last;
    }
    moved
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_place_in_a_print_is_the_place_of_the_same_word() {
        let written: Arc<str> = "import { createOnEvent } from 'nango';\n\n// Ä comment\n\nexport default createOnEvent({\n    exec: \
                                 async (nango) => {\n\n        throw new Error('x');\n    }\n});\n"
            .into();
        let printed: Arc<str> = "import { createOnEvent } from 'nango';\n// Ä comment\n\nexport const onEvent = {\n  type: \
                                 \"onEvent\",\n  exec: async nango => {\n    throw new Error('x');\n  }\n};\nexport default onEvent;"
            .into();
        // Generated line 1: `throw` (7th line, 5th column of the print); line 2: `type`, which the author did not write.
        let map = json!({"version": 3, "sources": ["a", "b"], "names": [], "mappings": "AAMI;AAFF;ACEE"});
        let map = realigned(map.to_string().as_bytes(), "a", "a.ts", &printed, &written).unwrap();
        let map = SourceMap::from_slice(&map).unwrap();
        let place = |line: u32| {
            let token = map.lookup_token(line, 0).unwrap();
            (token.get_source().unwrap().to_string(), token.get_src_line(), token.get_src_col())
        };
        assert_eq!(place(0), ("a".to_owned(), 7, 8), "the author's `throw`");
        assert_eq!(place(1).1, 4, "the line of `createOnEvent({{`");
        assert_eq!(place(2).0, "b", "another file is left alone");
        assert!(realigned(b"{", "a", "a.ts", &printed, &written).is_none());
        let broken = Arc::from("export default {;");
        assert!(realigned(b"{}", "a", "a.ts", &printed, &broken).is_none());
    }
}
