//! The search for all spellings at once.

use std::fmt;
use std::ops::Range;

use aho_corasick::automaton::Automaton as _;
use aho_corasick::nfa::noncontiguous::NFA;
use aho_corasick::{Anchored, MatchKind};

use crate::spelling::{Edges, Spelling};

/// Finds spellings in bytes, upper and lower case alike: hosts and header names are written in lower case on their way.
///
/// All that a spelling covers is found, also where two of them overlap. The automaton is driven by hand, because its own
/// searches either leave out what overlaps or list every spelling that ends at a place; here the time is a multiple
/// of the text's length, whatever is looked for.
pub(crate) struct Search {
    automaton: NFA,
    spellings: Vec<Spelling>,
}

impl Search {
    /// `None` where there is nothing to look for, or more than an automaton can hold.
    pub(crate) fn new(mut spellings: Vec<Spelling>) -> Option<Self> {
        spellings.retain(|spelling| !spelling.text.is_empty());
        if spellings.is_empty() {
            return None;
        }
        let texts = spellings.iter().map(|spelling| spelling.text.as_bytes());
        let built = NFA::builder().match_kind(MatchKind::Standard).ascii_case_insensitive(true).build(texts);
        Some(Self { automaton: built.ok()?, spellings })
    }

    /// What the spellings cover.
    pub(crate) fn find(&self, bytes: &[u8], found: &mut impl FnMut(Range<usize>)) {
        let Ok(mut state) = self.automaton.start_state(Anchored::No) else { return };
        for (at, byte) in bytes.iter().enumerate() {
            state = self.automaton.next_state(Anchored::No, state, *byte);
            if !self.automaton.is_match(state) {
                continue;
            }
            // The longest that ends here comes first, and covers the others.
            let ending = (0..self.automaton.match_len(state)).filter_map(|index| {
                self.spellings.get(self.automaton.match_pattern(state, index).as_usize())
            });
            let covered = ending.filter_map(|spelling| covered(spelling, bytes, at + 1)).next();
            covered.into_iter().for_each(&mut *found);
        }
    }
}

/// What is to be hidden of a spelling that ends at `end`; `None` where it stands within a longer word and must not.
fn covered(spelling: &Spelling, bytes: &[u8], end: usize) -> Option<Range<usize>> {
    let start = end.checked_sub(spelling.text.len())?;
    let before = start.checked_sub(1).and_then(|at| bytes.get(at)).copied();
    let after = bytes.get(end).copied();
    match spelling.edges {
        Edges::Exact => Some(start..end),
        Edges::Word => {
            let (first, last) = (bytes.get(start).copied(), bytes.get(end.checked_sub(1)?).copied());
            let within = (is_word(before) && is_word(first)) || (is_word(last) && is_word(after));
            (!within).then_some(start..end)
        }
        Edges::Base64 { before: shares_before, after: shares_after } => {
            let start = start - usize::from(shares_before && is_base64(before));
            let mut end = end + usize::from(shares_after && is_base64(after));
            // The padding says how long the secret is.
            for _ in 0..2 {
                end += usize::from(bytes.get(end) == Some(&b'='));
            }
            Some(start..end)
        }
    }
}

fn is_word(byte: Option<u8>) -> bool {
    byte.is_some_and(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
}

fn is_base64(byte: Option<u8>) -> bool {
    byte.is_some_and(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/' | b'-' | b'_'))
}

/// Without what it looks for.
impl fmt::Debug for Search {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Search").finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What is covered of a text.
    fn found<'t>(spellings: &[(&str, Edges)], text: &'t str) -> Vec<&'t str> {
        let spellings =
            spellings.iter().map(|(text, edges)| Spelling { text: (*text).into(), edges: *edges });
        let mut found = Vec::new();
        Search::new(spellings.collect())
            .unwrap()
            .find(text.as_bytes(), &mut |range| found.push(&text[range]));
        found
    }

    #[test]
    fn the_longest_that_ends_at_a_place_is_found_also_where_it_overlaps() {
        let exact =
            |texts: &[&'static str]| texts.iter().map(|text| (*text, Edges::Exact)).collect::<Vec<_>>();
        assert_eq!(found(&exact(&["cde", "abcde", "de"]), "xabcdex"), ["abcde"]);
        assert_eq!(found(&exact(&["de", "abcde", "cde"]), "xabcdex"), ["abcde"]);
        assert_eq!(found(&exact(&["abcd", "cdef"]), "abcdef"), ["abcd", "cdef"]);
    }

    #[test]
    fn a_word_that_must_be_whole_gives_way_to_a_shorter_one_that_is() {
        let spellings = [("x+ab", Edges::Word), ("ab", Edges::Word)];
        assert_eq!(found(&spellings, "yx+ab"), ["ab"]);
        assert!(found(&spellings, "yab").is_empty());
    }
}
