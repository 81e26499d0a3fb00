//! How deep a file nests and how long its chains are, found out before anything walks its tree.
//!
//! A parser descends into itself for everything that is nested, and whatever walks its tree or drops it does so again:
//! text that nests deep enough ends the process. So a file is parsed once with tokens that are counted. They end where
//! the text goes too deep, or where the parser goes back and forth for too long, and the file is refused. The parser
//! itself drives the count: nothing that is a bracket only inside a string, a template, a regular expression or a comment
//! can be mistaken for one.

mod counted;
mod depth;
mod kind;

use std::panic::AssertUnwindSafe;

use deno_ast::swc::common::input::StringInput;
use deno_ast::swc::common::{BytePos, Spanned};
use deno_ast::swc::lexer::Parser;
use deno_ast::swc::lexer::error::Error as SyntaxError;
use deno_ast::swc::parser::Syntax as ParserSyntax;
use deno_ast::{ES_VERSION, StartSourcePos};

use self::counted::Counted;
pub(crate) use self::counted::Exceeded;
use crate::limits::MAX_SYNTAX_ERRORS;

/// As what a file is parsed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Goal {
    Module,
    Script,
    /// A module if it imports or exports, else a script.
    Either,
}

/// Why a file is not to be parsed in earnest; the place is a byte of its text.
#[derive(Debug)]
pub(crate) enum Refused {
    /// It goes too deep, or takes too long.
    Exceeded { what: Exceeded, at: usize },
    /// It is not the language.
    Syntax { message: String, at: usize },
}

/// Whether a text can be parsed, walked and dropped on the stack that [`crate::large_stack`] gives, where this has to run; and
/// how many tokens it has.
pub(crate) fn check(text: &str, syntax: ParserSyntax, goal: Goal) -> Result<usize, Refused> {
    let start = StartSourcePos::START_SOURCE_POS.as_byte_pos();
    let offset = |at: BytePos| usize::try_from(at.0.saturating_sub(start.0)).unwrap_or(0).min(text.len());
    let end = (StartSourcePos::START_SOURCE_POS + text.len()).as_byte_pos();
    let input = StringInput::new(text, start, end);
    let tokens = Counted::new(syntax, ES_VERSION, input);
    let (exceeded, tokens_seen) = (tokens.exceeded(), tokens.tokens_seen());
    // A parser that gets less of a text than it has seen may panic about it.
    let parsed = std::panic::catch_unwind(AssertUnwindSafe(|| parse(tokens, goal)));
    if let Some((what, at)) = exceeded.get() {
        return Err(Refused::Exceeded { what, at: offset(at) });
    }
    match parsed {
        Ok(Ok(())) => Ok(tokens_seen.get()),
        Ok(Err(error)) => {
            Err(Refused::Syntax { message: error.kind().msg().into_owned(), at: offset(error.span_lo()) })
        }
        Err(_) => Err(Refused::Syntax { message: "the parser failed".to_owned(), at: 0 }),
    }
}

/// Parses a text for its mistakes alone.
fn parse(tokens: Counted<'_>, goal: Goal) -> Result<(), SyntaxError> {
    let mut parser = Parser::new_from(tokens);
    let parsed = match goal {
        Goal::Module => parser.parse_module().map(drop),
        Goal::Script => parser.parse_script().map(drop),
        Goal::Either => parser.parse_program().map(drop),
    };
    let mistakes = parser.take_errors();
    // Then the parser was not given the rest of the text, and may not have missed it.
    let is_given_up = mistakes.len() >= MAX_SYNTAX_ERRORS;
    match mistakes.into_iter().next() {
        Some(first) if is_given_up || parsed.is_err() => Err(first),
        _ => parsed,
    }
}

#[cfg(test)]
mod tests;
