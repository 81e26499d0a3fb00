//! Comments that silence findings: `// onevent-ignore call_not_awaited: why`.

use std::collections::BTreeMap;

use deno_ast::swc::common::Spanned;
use deno_ast::{ParsedSource, SourcePos};

use crate::code::Code;
use crate::finding::Finding;
use crate::place::Place;

/// How such a comment begins.
const MARK: &str = "onevent-ignore";

/// The comments of a project's files that silence findings.
#[derive(Debug, Clone, Default)]
pub struct Ignores(Vec<Ignore>);

/// One code that is silenced on one line.
#[derive(Debug, Clone)]
struct Ignore {
    code: String,
    file: String,
    /// The line that it is about.
    line: u32,
    place: Place,
}

impl Ignores {
    /// Reads the comments of one file.
    pub(crate) fn read(&mut self, path: &str, parsed: &ParsedSource) {
        for comment in parsed.comments().get_vec() {
            let Some(codes) = comment.text.trim_start_matches(['*', ' ', '\t']).strip_prefix(MARK) else {
                continue;
            };
            let place = Place::of(path, parsed, SourcePos::unsafely_from_byte_pos(comment.span().lo));
            let end = Place::of(path, parsed, SourcePos::unsafely_from_byte_pos(comment.span().hi));
            let line = line_meant(&place, end.line);
            let codes = codes.split([':', '\n']).next().unwrap_or_default();
            let mut named: Vec<&str> =
                codes.split([',', ' ', '\t', '*']).filter(|code| !code.is_empty()).collect();
            if named.is_empty() {
                named.push("");
            }
            self.0.extend(named.into_iter().map(|code| Ignore {
                code: code.to_owned(),
                file: path.to_owned(),
                line,
                place: place.clone(),
            }));
        }
    }

    /// The findings without those that are silenced, and with the comments that silence nothing. A comment that names a code
    /// of which nothing was looked for, by `was_sought`, may be right.
    #[must_use]
    pub fn apply(&self, findings: Vec<Finding>, was_sought: impl Fn(&str) -> bool) -> Vec<Finding> {
        let mut by_line: BTreeMap<(&str, u32, &str), Vec<usize>> = BTreeMap::new();
        for (index, ignore) in self.0.iter().enumerate() {
            by_line.entry((&ignore.file, ignore.line, &ignore.code)).or_default().push(index);
        }
        let mut used = vec![false; self.0.len()];
        let mut left = Vec::new();
        for finding in findings {
            match by_line.get(&(finding.file.as_str(), finding.line, &*finding.code)) {
                Some(silencing) => silencing.iter().for_each(|index| {
                    if let Some(used) = used.get_mut(*index) {
                        *used = true;
                    }
                }),
                None => left.push(finding),
            }
        }
        let unused = self
            .0
            .iter()
            .zip(used)
            .filter(|(ignore, used)| !used && (!is_known(&ignore.code) || was_sought(&ignore.code)));
        left.extend(unused.map(|(ignore, _)| unused_ignore(ignore)));
        left
    }
}

/// A comment behind code is about its line, any other about the next one with code.
fn line_meant(place: &Place, end: u32) -> u32 {
    let lines: Vec<&str> = place.text.split('\n').collect();
    let line = |number: u32| lines.get(usize::try_from(number).ok()?.checked_sub(1)?).copied();
    let column = usize::try_from(place.column).unwrap_or(usize::MAX).saturating_sub(1);
    let is_behind = line(place.line).is_some_and(|text| !text.chars().take(column).all(char::is_whitespace));
    if is_behind {
        return place.line;
    }
    let mut next = end.saturating_add(1);
    while line(next).is_some_and(|text| text.trim_start().starts_with("//")) {
        next += 1;
    }
    next
}

/// Whether it is a code of ours, or one of TypeScript's.
fn is_known(code: &str) -> bool {
    let of_typescript = code.strip_prefix("TS");
    of_typescript.is_some_and(|number| number.parse::<u32>().is_ok()) || code.parse::<Code>().is_ok()
}

fn unused_ignore(ignore: &Ignore) -> Finding {
    let (message, next) = match ignore.code.as_str() {
        "" => ("this comment names no code".to_owned(), format!("write `// {MARK} <code>: why`")),
        code if is_known(code) => (format!("there is no `{code}` here"), "remove the comment".to_owned()),
        code => (format!("there is no code `{code}`"), "docs/checking.md lists the codes".to_owned()),
    };
    Finding::new(Code::UnusedIgnore, ignore.place.clone(), message, next)
}
