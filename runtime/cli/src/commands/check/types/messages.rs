//! What the compiler says, as findings.

use std::borrow::Cow;
use std::sync::Arc;

use onevent_check::{Finding, Severity};
use onevent_engine::ProjectSource;

/// The findings in the compiler's output. `own` is the configuration that it was given, which is nobody's file.
pub(super) fn findings(output: &str, source: &ProjectSource, own: Option<&str>) -> Vec<Finding> {
    let mut found: Vec<Finding> = Vec::new();
    for line in output.lines() {
        match Message::read(line) {
            Some(message) => found.push(message.finding(source, own)),
            // What follows is indented.
            None if line.starts_with(' ') => {
                if let Some(last) = found.last_mut() {
                    last.message.push('\n');
                    last.message.push_str(line);
                }
            }
            None => {}
        }
    }
    found
}

/// `file(line,column): error TS2322: text`, or without a place.
#[derive(Debug, PartialEq, Eq)]
struct Message<'a> {
    place: Option<(&'a str, u32, u32)>,
    code: &'a str,
    text: &'a str,
}

const ERROR: &str = "error TS";

impl<'a> Message<'a> {
    fn read(line: &'a str) -> Option<Self> {
        let (place, rest) = match line.strip_prefix(ERROR) {
            Some(rest) => (None, rest),
            None => {
                let (place, rest) = line.split_once(&format!("): {ERROR}"))?;
                let (file, place) = place.rsplit_once('(')?;
                let (line, column) = place.split_once(',')?;
                (Some((file, line.parse().ok()?, column.parse().ok()?)), rest)
            }
        };
        let (number, text) = rest.split_once(": ")?;
        number.parse::<u32>().ok()?;
        // The number with the letters before it.
        let code = line.get(line.len() - rest.len() - 2..line.len() - rest.len() + number.len())?;
        Some(Self { place, code, text })
    }

    fn finding(&self, source: &ProjectSource, own: Option<&str>) -> Finding {
        let (file, line, column) = self.place.filter(|(file, _, _)| Some(*file) != own).unwrap_or((
            super::configuration::NAME,
            1,
            1,
        ));
        let text = source.read(file).ok();
        let column = text.as_ref().map_or(column, |text| characters(text, line, column));
        Finding {
            code: Cow::Owned(self.code.to_owned()),
            severity: Severity::Error,
            file: file.to_owned(),
            line,
            column,
            message: self.text.to_owned(),
            next: self.next().map(str::to_owned),
            source: text.filter(|_| self.place.is_some()),
        }
    }

    fn next(&self) -> Option<&'static str> {
        let names = |package: &str| self.text.contains(&format!("'{package}'"));
        match self.code {
            "TS2307" if names("zod") => {
                Some("its types are the package's: `npm install --save-dev zod@4.3.6`")
            }
            "TS2307" | "TS2580" | "TS2591"
                if names("buffer") || names("crypto") || names("url") || names("Buffer") =>
            {
                Some("its types are Node's: `npm install --save-dev @types/node@20`")
            }
            _ => None,
        }
    }
}

/// The compiler counts a column in units of UTF-16.
fn characters(text: &Arc<str>, line: u32, column: u32) -> u32 {
    let index = |one_based: u32| usize::try_from(one_based.saturating_sub(1)).unwrap_or(usize::MAX);
    let Some(line) = text.split('\n').nth(index(line)) else { return column };
    let mut units = 0;
    let before = line.chars().take_while(|character| {
        let is_before = units < index(column);
        units += character.len_utf16();
        is_before
    });
    u32::try_from(before.count() + 1).unwrap_or(column)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn source() -> ProjectSource {
        ProjectSource::files([("a/on-events/x (1).ts", "let a = '💥'; let b: string = 1;\n")])
    }

    #[test]
    fn messages_become_findings_with_their_place() {
        let output = "a/on-events/x (1).ts(1,20): error TS2322: Type 'number' is not assignable to type 'string'.\n  \
                      Because (1,2): error it is.\nerror TS5023: Unknown compiler option 'x'.\nFound 2 errors.\n";
        let found = findings(output, &source(), None);
        let told: Vec<_> = found
            .iter()
            .map(|one| (&*one.code, one.file.as_str(), one.line, one.column, one.message.as_str()))
            .collect();
        assert_eq!(
            told,
            [
                (
                    "TS2322",
                    "a/on-events/x (1).ts",
                    1,
                    19,
                    "Type 'number' is not assignable to type 'string'.\n  Because (1,2): error it is."
                ),
                ("TS5023", "tsconfig.json", 1, 1, "Unknown compiler option 'x'."),
            ]
        );
        assert!(found[0].source.is_some() && found[1].source.is_none());
    }

    #[test]
    fn what_is_no_message_is_none() {
        for line in [
            "",
            "error: no",
            "a.ts(1): error TS1: x",
            "a.ts(1,x): error TS1: x",
            "error TSx: y",
            "error TS1 x",
        ] {
            assert_eq!(Message::read(line), None, "{line}");
        }
    }
}
