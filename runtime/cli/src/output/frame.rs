//! Errors for people: the message, the code around the place, the advice.

use annotate_snippets::renderer::DecorStyle;
use annotate_snippets::{AnnotationKind, Group, Level, Origin, Renderer, Snippet};

use onevent_check::Severity;

use super::style::clean;
use super::width::{columns, lines};
use crate::failure::Failure;
use onevent_app::Location;

/// A failure with its code frame.
pub(crate) fn failure(failure: &Failure) -> String {
    let notes = failure.hint.iter().map(|hint| Note::Help(hint.clone())).collect::<Vec<_>>();
    error(&failure.code, &failure.message, failure.location.as_deref(), &notes)
}

/// A finding with its code frame.
pub(super) fn finding(
    severity: Severity,
    code: &str,
    message: &str,
    place: &Location,
    next: Option<&str>,
) -> String {
    let level = match severity {
        Severity::Error => Level::ERROR,
        Severity::Warning => Level::WARNING,
        Severity::Note => Level::NOTE,
    };
    let notes: Vec<Note> = next.map(|next| Note::Help(next.to_owned())).into_iter().collect();
    titled(level, code, message, Some(place), &notes)
}

/// A line under an error.
#[derive(Debug, Clone)]
pub(super) enum Note {
    /// What to do.
    Help(String),
    /// What else is known.
    Info(String),
}

/// What stands in front of a note, in columns: the margin of line numbers, and its kind.
const BEFORE_NOTES: usize = 16;

/// A text in lines that fit behind what stands in front of it.
fn fitted(text: &str, before: usize) -> String {
    let Some(columns) = columns() else { return text.to_owned() };
    let room = columns.saturating_sub(before).max(columns / 3);
    let fitted = text.lines().flat_map(|line| lines(line, room, "", ""));
    fitted.collect::<Vec<_>>().join("\n")
}

/// An error's title, its code frame where there is one, and lines below it.
pub(super) fn error(code: &str, message: &str, place: Option<&Location>, notes: &[Note]) -> String {
    titled(Level::ERROR, code, message, place, notes)
}

fn titled(level: Level<'_>, code: &str, message: &str, place: Option<&Location>, notes: &[Note]) -> String {
    let code = clean(code);
    let message = fitted(&clean(message), "warning[]: ".len() + code.len());
    let mut group = Group::with_title(level.primary_title(message).id(code));
    if let Some(place) = place {
        let file = clean(&place.file);
        group = match &place.excerpt {
            Some(excerpt) => group.element(
                Snippet::source(excerpt.text.as_ref())
                    .path(file)
                    .annotation(AnnotationKind::Primary.span(excerpt.span.clone())),
            ),
            None => {
                let (line, column) = (place.line as usize, place.column as usize);
                group.element(Origin::path(file).line(line).char_column(column))
            }
        };
    }
    let mut groups = Vec::new();
    for note in notes {
        let (level, text) = match note {
            Note::Help(text) => (Level::HELP, fitted(&clean(text), BEFORE_NOTES)),
            Note::Info(text) => (Level::NOTE, fitted(&clean(text), BEFORE_NOTES)),
        };
        if place.is_some() {
            group = group.element(level.message(text));
        } else {
            // Without code there is no margin that a note could hang on.
            groups.push(Group::with_title(level.secondary_title(text)));
        }
    }
    groups.insert(0, group);
    let mut renderer = Renderer::styled().decor_style(DecorStyle::Unicode);
    if let Some(columns) = columns() {
        renderer = renderer.term_width(columns);
    }
    // One by one: rendered together, groups are joined by a line.
    groups.iter().map(|group| renderer.render(std::slice::from_ref(group)) + "\n").collect()
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;

    fn plain(styled: &str) -> String {
        anstream::adapter::strip_str(styled).to_string()
    }

    #[test]
    fn the_code_is_shown_with_the_place_and_the_advice() {
        let text: Arc<str> = "[limits]\nwal = \"1s\"\n".into();
        let failure = Failure::project("unknown_setting", "unknown setting `limits.wal`")
            .hint("did you mean `limits.wall`?")
            .at(Location::of_span("onevent.toml", &text, 9..12));
        let shown = plain(&super::failure(&failure));
        assert!(shown.starts_with("error[unknown_setting]: unknown setting `limits.wal`\n"), "{shown}");
        assert!(shown.contains("onevent.toml:2:1") && shown.contains("━━━"), "{shown}");
        assert!(shown.contains("help: did you mean `limits.wall`?"), "{shown}");
    }

    #[test]
    fn without_a_place_the_advice_stands_on_its_own() {
        let shown = plain(&super::failure(&Failure::usage("x", "no").hint("yes")));
        assert_eq!(shown, "error[x]: no\nhelp: yes\n");
    }

    #[test]
    fn a_hostile_message_or_source_cannot_steer_the_terminal() {
        let text: Arc<str> = "a\u{1b}[2Jb".into();
        let failure = Failure::project("x", "oh\u{1b}[2Jno").at(Location::of_span("f\u{1b}[2J", &text, 0..1));
        assert!(!super::failure(&failure).contains("\u{1b}[2J"));
    }
}
