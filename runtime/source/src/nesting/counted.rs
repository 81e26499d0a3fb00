//! The tokens of a file, counted as the parser takes them, and ended where a limit is reached.

use std::cell::Cell;
use std::rc::Rc;

use deno_ast::swc::ast::EsVersion;
use deno_ast::swc::common::input::StringInput;
use deno_ast::swc::common::{BytePos, Span};
use deno_ast::swc::lexer::common::context::Context;
use deno_ast::swc::lexer::common::input::Tokens;
use deno_ast::swc::lexer::error::Error;
use deno_ast::swc::lexer::lexer::{TokenContexts, TokenFlags};
use deno_ast::swc::lexer::token::{Token, TokenAndSpan};
use deno_ast::swc::lexer::{Lexer, SyntaxFlags};
use deno_ast::swc::parser::Syntax;

use super::depth::Depth;
use crate::large_stack;
use crate::limits::{MAX_FILE_TOKENS, MAX_SYNTAX_ERRORS, MAX_WORK_FOR_EACH_BYTE, MIN_WORK};

/// Which limit a file exceeds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Exceeded {
    /// It nests too deep, or a chain in it is too long.
    Depth,
    /// The parser would have to read it again and again.
    Work,
    /// It has too many tokens.
    Tokens,
}

/// What is shared by all copies of the tokens: a parser copies them to come back to where it was.
#[derive(Clone)]
pub(super) struct Counted<'a> {
    tokens: Lexer<'a>,
    depth: Depth,
    exceeded: Rc<Cell<Option<(Exceeded, BytePos)>>>,
    /// How much more work the file may make.
    left: Rc<Cell<usize>>,
    /// How many tokens the text has, up to the last one that the parser has seen.
    tokens_seen: Rc<Cell<usize>>,
    /// Where that one ends: a parser that comes back takes the same ones again.
    seen_to: Rc<Cell<BytePos>>,
    /// How many more mistakes are listed.
    errors_left: Rc<Cell<usize>>,
}

impl<'a> Counted<'a> {
    pub(super) fn new(syntax: Syntax, version: EsVersion, text: StringInput<'a>) -> Self {
        let bytes = text.as_str().len();
        let left = bytes.saturating_mul(MAX_WORK_FOR_EACH_BYTE) + MIN_WORK;
        let seen_to = Rc::new(Cell::new(text.start_pos()));
        Self {
            tokens: Lexer::new(syntax, version, text, None),
            depth: Depth::default(),
            exceeded: Rc::default(),
            left: Rc::new(Cell::new(left)),
            tokens_seen: Rc::default(),
            seen_to,
            errors_left: Rc::new(Cell::new(MAX_SYNTAX_ERRORS)),
        }
    }

    /// Which limit was exceeded, and where, once the parser is done.
    pub(super) fn exceeded(&self) -> Rc<Cell<Option<(Exceeded, BytePos)>>> {
        Rc::clone(&self.exceeded)
    }

    /// How many tokens the text has, once the parser is done.
    pub(super) fn tokens_seen(&self) -> Rc<Cell<usize>> {
        Rc::clone(&self.tokens_seen)
    }

    /// Whether one more mistake is listed. Some texts have more mistakes than letters.
    fn lists_error(&self) -> bool {
        let left = self.errors_left.get();
        self.errors_left.set(left.saturating_sub(1));
        left > 0
    }

    fn count(&mut self, next: &TokenAndSpan) -> Result<(), Exceeded> {
        let work = self.depth.take(&next.token).map_err(|_| Exceeded::Depth)?;
        if large_stack::is_used_up() {
            return Err(Exceeded::Depth);
        }
        if next.span.lo >= self.seen_to.get() {
            self.tokens_seen.set(self.tokens_seen.get() + 1);
            self.seen_to.set(next.span.hi);
            if self.tokens_seen.get() > MAX_FILE_TOKENS {
                return Err(Exceeded::Tokens);
            }
        }
        let left = self.left.get().checked_sub(work).ok_or(Exceeded::Work)?;
        self.left.set(left);
        Ok(())
    }
}

impl Iterator for Counted<'_> {
    type Item = TokenAndSpan;

    fn next(&mut self) -> Option<TokenAndSpan> {
        let next = self.tokens.next()?;
        if self.exceeded.get().is_none()
            && let Err(what) = self.count(&next)
        {
            self.exceeded.set(Some((what, next.span.lo)));
        }
        if self.exceeded.get().is_none() && self.errors_left.get() > 0 {
            return Some(next);
        }
        // The text ends here, whatever the parser tries.
        let span = Span::new(next.span.lo, next.span.lo);
        Some(TokenAndSpan { token: Token::Eof, had_line_break: true, span })
    }
}

impl Tokens<TokenAndSpan> for Counted<'_> {
    type Checkpoint = Self;

    fn set_ctx(&mut self, context: Context) {
        self.tokens.set_ctx(context);
    }

    fn ctx(&self) -> Context {
        self.tokens.ctx()
    }

    fn ctx_mut(&mut self) -> &mut Context {
        self.tokens.ctx_mut()
    }

    fn syntax(&self) -> SyntaxFlags {
        self.tokens.syntax()
    }

    fn target(&self) -> EsVersion {
        self.tokens.target()
    }

    fn checkpoint_save(&self) -> Self {
        self.clone()
    }

    fn checkpoint_load(&mut self, checkpoint: Self) {
        *self = checkpoint;
    }

    fn start_pos(&self) -> BytePos {
        self.tokens.start_pos()
    }

    fn set_expr_allowed(&mut self, allow: bool) {
        self.tokens.set_expr_allowed(allow);
    }

    fn set_next_regexp(&mut self, start: Option<BytePos>) {
        self.tokens.set_next_regexp(start);
    }

    fn token_context(&self) -> &TokenContexts {
        self.tokens.token_context()
    }

    fn token_context_mut(&mut self) -> &mut TokenContexts {
        self.tokens.token_context_mut()
    }

    fn set_token_context(&mut self, context: TokenContexts) {
        self.tokens.set_token_context(context);
    }

    fn add_error(&mut self, error: Error) {
        if self.lists_error() {
            self.tokens.add_error(error);
        }
    }

    fn add_module_mode_error(&mut self, error: Error) {
        // What only a module may not say is no mistake of a script, however often it does.
        if self.ctx().contains(Context::Module) {
            self.add_error(error);
        }
    }

    fn end_pos(&self) -> BytePos {
        self.tokens.end_pos()
    }

    fn take_errors(&mut self) -> Vec<Error> {
        self.tokens.take_errors()
    }

    fn take_script_module_errors(&mut self) -> Vec<Error> {
        self.tokens.take_script_module_errors()
    }

    fn update_token_flags(&mut self, change: impl FnOnce(&mut TokenFlags)) {
        self.tokens.update_token_flags(change);
    }

    fn token_flags(&self) -> TokenFlags {
        self.tokens.token_flags()
    }
}
