//! The search for all spellings at once.

use std::fmt;
use std::ops::Range;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicUsize, Ordering};

use aho_corasick::automaton::Automaton as _;
use aho_corasick::nfa::noncontiguous::NFA;
use aho_corasick::{Anchored, MatchKind};

use crate::spelling::{Edges, Spelling};

/// Comparing is cheaper than making an automaton until so many bytes have each been compared with one spelling. The texts of
/// most runs are a few URLs and lines, and never come to it.
const COMPARED_AT_MOST: usize = 128 * 1024;

/// Finds spellings in bytes, upper and lower case alike: hosts and header names are written in lower case on their way.
///
/// All that a spelling covers is found, also where two of them overlap. The automaton is driven by hand, because its own
/// searches either leave out what overlaps or list every spelling that ends at a place; here the time is a multiple
/// of the text's length, whatever is looked for.
pub(crate) struct Search {
    /// The longest first.
    spellings: Vec<Spelling>,
    /// The bytes that a spelling ends with, in both cases.
    last_bytes: [bool; 256],
    compared: AtomicUsize,
    /// `None` where it would hold more than it can.
    automaton: OnceLock<Option<NFA>>,
}

impl Search {
    /// `None` where there is nothing to look for.
    pub(crate) fn new(mut spellings: Vec<Spelling>) -> Option<Self> {
        spellings.retain(|spelling| !spelling.text.is_empty());
        spellings.sort_by_key(|spelling| std::cmp::Reverse(spelling.text.len()));
        let mut last_bytes = [false; 256];
        for byte in spellings.iter().filter_map(|spelling| spelling.text.as_bytes().last()) {
            for byte in [byte.to_ascii_lowercase(), byte.to_ascii_uppercase()] {
                if let Some(ends) = last_bytes.get_mut(usize::from(byte)) {
                    *ends = true;
                }
            }
        }
        let found = Self { spellings, last_bytes, compared: AtomicUsize::new(0), automaton: OnceLock::new() };
        (!found.spellings.is_empty()).then_some(found)
    }

    /// What the spellings cover.
    pub(crate) fn find(&self, bytes: &[u8], found: &mut impl FnMut(Range<usize>)) {
        let work = bytes.len().saturating_mul(self.spellings.len());
        let before = self.compared.fetch_add(work.min(COMPARED_AT_MOST), Ordering::Relaxed);
        if before.saturating_add(work) <= COMPARED_AT_MOST {
            return self.compare(bytes, found);
        }
        match self.automaton.get_or_init(|| automaton(&self.spellings)) {
            Some(automaton) => self.drive(automaton, bytes, found),
            None => self.compare(bytes, found),
        }
    }

    fn drive(&self, automaton: &NFA, bytes: &[u8], found: &mut impl FnMut(Range<usize>)) {
        let Ok(mut state) = automaton.start_state(Anchored::No) else { return self.compare(bytes, found) };
        for (at, byte) in bytes.iter().enumerate() {
            state = automaton.next_state(Anchored::No, state, *byte);
            if !automaton.is_match(state) {
                continue;
            }
            // The longest that ends here comes first, and covers the others.
            let ending = (0..automaton.match_len(state))
                .filter_map(|index| self.spellings.get(automaton.match_pattern(state, index).as_usize()));
            let covered = ending.filter_map(|spelling| covered(spelling, bytes, at + 1)).next();
            covered.into_iter().for_each(&mut *found);
        }
    }

    /// The same without an automaton.
    fn compare(&self, bytes: &[u8], found: &mut impl FnMut(Range<usize>)) {
        for (at, byte) in bytes.iter().enumerate() {
            if !self.last_bytes.get(usize::from(*byte)).is_some_and(|ends| *ends) {
                continue;
            }
            let before = bytes.get(..=at).unwrap_or_default();
            let ends_here = |spelling: &&Spelling| {
                let start = before.len().checked_sub(spelling.text.len());
                let end = start.and_then(|start| before.get(start..));
                end.is_some_and(|end| end.eq_ignore_ascii_case(spelling.text.as_bytes()))
            };
            let ending = self.spellings.iter().filter(ends_here);
            let covered = ending.filter_map(|spelling| covered(spelling, bytes, at + 1)).next();
            covered.into_iter().for_each(&mut *found);
        }
    }
}

fn automaton(spellings: &[Spelling]) -> Option<NFA> {
    let texts = spellings.iter().map(|spelling| spelling.text.as_bytes());
    NFA::builder().match_kind(MatchKind::Standard).ascii_case_insensitive(true).build(texts).ok()
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

    /// What is covered of a text, in both ways of looking.
    fn found<'t>(spellings: &[(&str, Edges)], text: &'t str) -> Vec<&'t str> {
        let spellings =
            spellings.iter().map(|(text, edges)| Spelling { text: (*text).into(), edges: *edges });
        let search = Search::new(spellings.collect()).unwrap();
        let (mut compared, mut driven) = (Vec::new(), Vec::new());
        search.compare(text.as_bytes(), &mut |range| compared.push(&text[range]));
        let automaton = automaton(&search.spellings).unwrap();
        search.drive(&automaton, text.as_bytes(), &mut |range| driven.push(&text[range]));
        assert_eq!(compared, driven, "{text:?}");
        compared
    }

    proptest::proptest! {
        #[test]
        fn both_ways_of_looking_find_the_same(
            texts in proptest::collection::vec(("[abA=]{1,5}", 0..4_usize), 1..6),
            text in "[abAB=+ ]{0,40}",
        ) {
            let edges = [
                Edges::Exact,
                Edges::Word,
                Edges::Base64 { before: true, after: false },
                Edges::Base64 { before: false, after: true },
            ];
            let spellings: Vec<_> = texts.iter().map(|(text, which)| (text.as_str(), edges[*which])).collect();
            found(&spellings, &text);
        }
    }

    #[test]
    fn an_automaton_is_made_once_there_is_much_to_look_at() {
        let spelling = Spelling { text: "secret".to_owned(), edges: Edges::Exact };
        let search = Search::new(vec![spelling]).unwrap();
        let mut times = 0;
        let mut look = |text: &str| search.find(text.as_bytes(), &mut |_| times += 1);
        look("a short one with a secret");
        assert!(search.automaton.get().is_none());
        look(&"x".repeat(COMPARED_AT_MOST));
        look("another secret");
        assert!(search.automaton.get().is_some());
        assert_eq!(times, 2);
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
