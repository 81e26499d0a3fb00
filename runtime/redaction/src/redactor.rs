//! The secrets of a run, and the one way of hiding them.

use std::borrow::Cow;
use std::collections::HashSet;
use std::fmt;
use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::ops::Range;
use std::sync::OnceLock;

use secrecy::{ExposeSecret, SecretString};

use crate::search::Search;
use crate::spelling::{Spelling, spellings};
use crate::view::{Escaping, View};

/// What takes the place of a secret.
pub const REDACTED: &str = "[redacted]";

/// Shorter values (bytes) are not hidden: they stand everywhere, and hiding them protects nothing.
pub const SHORTEST_HIDDEN: usize = 4;

/// Shorter values (bytes) are hidden where they are words of their own; longer ones also within longer words.
pub const SHORTEST_WITHIN_WORDS: usize = 8;

/// Words of every program; a secret that is one of them is none.
const COMMON: [&str; 5] = ["true", "false", "null", "none", "undefined"];

/// A text is looked at through so many views at most, plain ones first: the time for it has a bound.
const MAX_VIEWS: usize = 24;

/// A longer text than twice this, in bytes, is looked at in pieces of about this length.
const PIECE: usize = 64 * 1024;

/// A byte of a secret takes so many of the text at most that pieces reckon with: `%255Cu002F`, and an escape for each of these.
const LONGEST_ESCAPE: usize = 16;

/// Pieces overlap by so many bytes at least.
const SHORTEST_OVERLAP: usize = 4 * 1024;

/// So many escapings one over the other are undone.
const MAX_DEPTH: usize = 3;

/// Base64 and keys are broken into lines at 64 or 76 characters; shorter ones have no line breaks in them.
const SHORTEST_BROKEN: usize = 57;

/// Secrets, and how they are hidden in texts: each becomes [`REDACTED`], in every spelling that a program produces by
/// itself. The time that a text takes depends on its length, not on how many secrets there are.
#[derive(Default)]
pub struct Redactor {
    values: Vec<SecretString>,
    known: HashSet<u64>,
    prepared: OnceLock<Prepared>,
}

/// What a search needs; made when something is hidden, not when something is added.
struct Prepared {
    search: Option<Search>,
    /// Numbers that are hidden: secrets of digits, whole.
    numbers: HashSet<String>,
    escapings: Vec<Escaping>,
    shortest: usize,
    longest: usize,
}

impl Redactor {
    /// One that hides nothing yet.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Values to hide from now on. Space around a value, and the name of a scheme before it (`Bearer …`), do not count; of
    /// a key in PEM, each line is hidden as well.
    pub fn add(&mut self, secrets: impl IntoIterator<Item = SecretString>) {
        for secret in secrets {
            for text in parts(secret.expose_secret()) {
                self.add_text(&text);
            }
        }
    }

    fn add_text(&mut self, text: &str) {
        let common = COMMON.iter().any(|common| text.eq_ignore_ascii_case(common));
        if text.len() < SHORTEST_HIDDEN || common || !self.known.insert(hash(text.as_bytes())) {
            return;
        }
        self.values.push(SecretString::from(text));
        self.prepared = OnceLock::new();
    }

    /// The text with every secret replaced.
    #[must_use]
    pub fn hide<'t>(&self, text: &'t str) -> Cow<'t, str> {
        let prepared = self.prepared();
        let Some(search) = prepared.search.as_ref().filter(|_| text.len() >= prepared.shortest) else {
            return Cow::Borrowed(text);
        };
        let covered = covered_in_pieces(search, &prepared.escapings, text, prepared.longest);
        let ranges = to_replace(covered, text);
        if ranges.is_empty() { Cow::Borrowed(text) } else { Cow::Owned(replaced(text, &ranges)) }
    }

    /// Whether a secret stands in the text.
    #[must_use]
    pub fn finds(&self, text: &str) -> bool {
        matches!(self.hide(text), Cow::Owned(_))
    }

    /// Whether a number is a secret, with its digits as they are.
    pub(crate) fn is_secret_number(&self, number: &str) -> bool {
        self.prepared().numbers.contains(number)
    }

    fn prepared(&self) -> &Prepared {
        self.prepared.get_or_init(|| Prepared::of(&self.values))
    }
}

impl Prepared {
    fn of(values: &[SecretString]) -> Self {
        let texts = || values.iter().map(ExposeSecret::expose_secret);
        let spellings: Vec<Spelling> =
            texts().flat_map(|text| spellings(text, text.len() >= SHORTEST_WITHIN_WORDS)).collect();
        let lengths = spellings.iter().map(|spelling| spelling.text.len());
        let mut escapings = vec![Escaping::Percent, Escaping::Backslash, Escaping::Entity];
        // What JSON escapes: only that differs in this way.
        if texts().any(|text| text.contains(['"', '\\', '/', '\n']) || !text.is_ascii()) {
            escapings.push(Escaping::Slash);
        }
        if texts().any(|text| text.contains(' ')) {
            escapings.push(Escaping::Form);
        }
        if lengths.clone().any(|length| length >= SHORTEST_BROKEN) || texts().any(|text| text.contains('\n'))
        {
            escapings.push(Escaping::LineBreaks);
        }
        // A number of fewer digits is likelier one of the many that mean something else.
        let digits =
            |text: &&str| text.len() >= SHORTEST_WITHIN_WORDS && text.bytes().all(|b| b.is_ascii_digit());
        Self {
            shortest: lengths.clone().min().unwrap_or(0),
            longest: lengths.max().unwrap_or(0),
            numbers: texts().filter(digits).map(str::to_owned).collect(),
            escapings,
            search: Search::new(spellings),
        }
    }
}

/// What a value is hidden as: itself, and what is left of it when a program takes it apart.
fn parts(value: &str) -> Vec<String> {
    let value = value.trim();
    let mut parts = vec![value.to_owned()];
    if let Some((scheme, rest)) = value.split_once(' ')
        && ["bearer", "basic", "token"].contains(&scheme.to_ascii_lowercase().as_str())
    {
        parts.push(rest.trim().to_owned());
    }
    // What stands before it in a URL, where the rest is cut off as a fragment.
    if let Some((before, _)) = value.split_once('#')
        && before.len() >= SHORTEST_WITHIN_WORDS
    {
        parts.push(before.to_owned());
    }
    if !value.is_ascii() {
        parts.extend([value.to_lowercase(), value.to_uppercase()]);
    }
    if value.contains('\n') {
        parts.push(value.replace(['\r', '\n'], ""));
    }
    if value.contains("-----BEGIN ") {
        let lines = value.split(['\r', '\n']).flat_map(|line| line.split("\\n")).map(str::trim);
        parts.extend(lines.filter(|line| line.len() >= 16 && !line.starts_with("-----")).map(str::to_owned));
    }
    parts
}

/// Where secrets stand in the text. A long one is looked at in pieces: its views take many times its length. Pieces overlap by more
/// than the longest spelling can take, so what is cut by the end of one stands whole in the next.
fn covered_in_pieces(
    search: &Search,
    escapings: &[Escaping],
    text: &str,
    longest: usize,
) -> Vec<Range<usize>> {
    if text.len() <= 2 * PIECE {
        return covered(search, escapings, text);
    }
    let overlap = longest.saturating_mul(LONGEST_ESCAPE).max(SHORTEST_OVERLAP);
    let step = PIECE.max(overlap);
    let mut found = Vec::new();
    let mut start = 0_usize;
    loop {
        let end = text.ceil_char_boundary(start.saturating_add(step).saturating_add(overlap));
        let piece = text.get(start..end).unwrap_or_default();
        let here = covered(search, escapings, piece).into_iter();
        let here = here.map(|range| range.start + start..range.end + start);
        // At the ends of a piece nobody knows what stands beside it.
        found.extend(
            here.filter(|range| {
                (start == 0 || range.start > start) && (end == text.len() || range.end < end)
            }),
        );
        if end == text.len() {
            return united(found);
        }
        start = text.floor_char_boundary(start + step);
    }
}

/// Where secrets stand in the text, seen plainly and with its escapes undone; in order.
fn covered(search: &Search, escapings: &[Escaping], text: &str) -> Vec<Range<usize>> {
    let mut views = vec![(View::plain(text), None::<usize>, 0)];
    let mut seen = HashSet::new();
    let mut found = Vec::new();
    let mut next = 0;
    while let Some((view, _, depth)) = views.get(next) {
        let mut here: Vec<Range<usize>> = Vec::new();
        search.find(&view.bytes, &mut |range| match here.last_mut().filter(|last| range.start < last.end) {
            Some(last) => *last = last.start.min(range.start)..last.end.max(range.end),
            None => here.push(range),
        });
        found.extend(here.into_iter().map(|range| back(&views, next, range)));
        found = united(found);
        let mut more = Vec::new();
        if *depth < MAX_DEPTH {
            for escaping in escapings {
                let room = views.len() + more.len() < MAX_VIEWS;
                let unescaped = if room { View::unescaped(&view.bytes, *escaping) } else { None };
                // Two ways often lead to the same text.
                let new = unescaped.filter(|unescaped| seen.insert(hash(&unescaped.bytes)));
                more.extend(new.map(|new| (new, Some(next), depth + 1)));
            }
        }
        views.extend(more);
        next += 1;
    }
    found
}

/// The range of the text itself that a range of a view stands for.
fn back(views: &[(View<'_>, Option<usize>, usize)], mut at: usize, mut range: Range<usize>) -> Range<usize> {
    while let Some((view, Some(parent), _)) = views.get(at) {
        range = view.source(&range);
        at = *parent;
    }
    range
}

/// The ranges in order; those that overlap are one.
fn united(mut ranges: Vec<Range<usize>>) -> Vec<Range<usize>> {
    ranges.sort_by_key(|range| (range.start, range.end));
    let mut united: Vec<Range<usize>> = Vec::with_capacity(ranges.len());
    for range in ranges {
        match united.last_mut().filter(|last| range.start < last.end) {
            Some(last) => last.end = last.end.max(range.end),
            None => united.push(range),
        }
    }
    united
}

/// What is replaced in a text: whole characters, and nothing within what was replaced before.
fn to_replace(mut ranges: Vec<Range<usize>>, text: &str) -> Vec<Range<usize>> {
    if ranges.is_empty() {
        return ranges;
    }
    for range in &mut ranges {
        *range = text.floor_char_boundary(range.start)..text.ceil_char_boundary(range.end);
    }
    ranges.extend(text.match_indices(REDACTED).map(|(at, found)| at..at + found.len()));
    let mut ranges = united(ranges);
    ranges.retain(|range| text.get(range.clone()) != Some(REDACTED));
    ranges
}

fn replaced(text: &str, ranges: &[Range<usize>]) -> String {
    let mut shown = String::with_capacity(text.len());
    let mut from = 0;
    for range in ranges {
        shown.push_str(text.get(from..range.start).unwrap_or_default());
        shown.push_str(REDACTED);
        from = range.end;
    }
    shown.push_str(text.get(from..).unwrap_or_default());
    shown
}

fn hash(bytes: &[u8]) -> u64 {
    let mut hasher = DefaultHasher::new();
    bytes.hash(&mut hasher);
    hasher.finish()
}

/// The same secrets, prepared anew when something is hidden.
impl Clone for Redactor {
    fn clone(&self) -> Self {
        Self { values: self.values.clone(), known: self.known.clone(), prepared: OnceLock::new() }
    }
}

/// How many secrets, none of them.
impl fmt::Debug for Redactor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Redactor").field("values", &self.values.len()).finish_non_exhaustive()
    }
}
