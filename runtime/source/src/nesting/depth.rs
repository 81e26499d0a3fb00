//! How deep the tree of a text is at each token, at most.
//!
//! What makes a tree deep is of two kinds. *Nesting*: brackets, functions without brackets (`a => b => …`) and statements
//! without them (`if (a) if (b) …`, `else if`). *Links* of chains: the operators of `1+1+…`, the members of `a.b.c…`,
//! `!!!…`. A parser takes some links in a loop, so that its own stack does not tell of them.
//!
//! Every token is a link until one comes that ends all chains of its level: `,`, `;`, `case`, and two operands with
//! nothing between them, which is where a statement begins without a `;`.

use std::cell::RefCell;
use std::ops::Add;
use std::rc::Rc;

use deno_ast::swc::lexer::token::Token;

use super::kind::{Kind, Previous, kind};
use crate::limits::{MAX_CLASSES, MAX_LABELS, MAX_LINKS, MAX_NESTING, WORK_OF_CLASS, WORK_OF_LABEL};

/// The text goes too deep.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct TooDeep;

/// The count at one token. Copies are cheap, so that a parser can come back to where it was.
#[derive(Clone, Default)]
pub(super) struct Depth {
    level: Level,
    previous: Previous,
    /// The levels around this one. Only grows: a copy may still mean a level that was left since.
    outer: Rc<RefCell<Vec<Level>>>,
}

/// What is counted since the innermost open bracket.
#[derive(Debug, Clone, Copy, Default)]
struct Level {
    /// The level around it: its index in `outer`, plus one.
    around: usize,
    /// It is the parenthesis of `if`, `for`, `while` or `with`.
    is_head: bool,
    /// Of the levels around it.
    below: Counts,
    own: Counts,
    /// `<` without its `>`: a comma inside of type arguments ends no chain.
    angles: usize,
}

#[derive(Debug, Clone, Copy, Default)]
struct Counts {
    brackets: usize,
    /// `if`, `else`, `for`, `while`, `do`, `with`.
    statements: usize,
    /// `=>`
    arrows: usize,
    /// Classes and decorators.
    classes: usize,
    /// Names with a colon behind them.
    labels: usize,
    links: usize,
}

impl Add for Counts {
    type Output = Self;

    fn add(self, other: Self) -> Self {
        Self {
            brackets: self.brackets + other.brackets,
            statements: self.statements + other.statements,
            arrows: self.arrows + other.arrows,
            classes: self.classes + other.classes,
            labels: self.labels + other.labels,
            links: self.links + other.links,
        }
    }
}

impl Counts {
    fn nesting(self) -> usize {
        self.brackets + self.statements + self.arrows
    }

    fn is_too_deep(self) -> bool {
        self.nesting() > MAX_NESTING
            || self.links > MAX_LINKS
            || self.classes > MAX_CLASSES
            || self.labels > MAX_LABELS
    }
}

impl Level {
    /// The chains of this level end; the statement that they are in goes on.
    fn end_chains(&mut self) {
        self.own = Counts { statements: self.own.statements, ..Counts::default() };
        self.angles = 0;
    }

    /// So does the statement.
    fn end_statement(&mut self) {
        self.end_chains();
        self.own.statements = 0;
    }
}

impl Depth {
    /// Counts the next token, and says how much work it makes.
    pub(super) fn take(&mut self, token: &Token) -> Result<usize, TooDeep> {
        let kind = kind(token, self.previous);
        if self.begins_statement(kind) {
            self.level.end_statement();
        }
        self.previous = self.add(kind);
        let counts = self.level.below + self.level.own;
        if counts.is_too_deep() {
            return Err(TooDeep);
        }
        let own = match kind {
            Kind::Class => WORK_OF_CLASS,
            Kind::Colon => counts.labels * WORK_OF_LABEL,
            _ => 1,
        };
        Ok(counts.nesting() + own)
    }

    /// Whether a statement, a member of a class or a clause of `switch` begins with a token of this kind.
    fn begins_statement(&self, kind: Kind) -> bool {
        let continues = matches!(kind, Kind::Else | Kind::While | Kind::Continuation);
        match self.previous {
            Previous::Semicolon => !continues,
            Previous::Name | Previous::Label | Previous::Operand | Previous::Brace => {
                matches!(kind, Kind::Name | Kind::Literal | Kind::Word | Kind::Statement | Kind::Class)
            }
            _ => kind == Kind::Case,
        }
    }

    /// Adds a token of this kind, and says what it is to the next one.
    fn add(&mut self, kind: Kind) -> Previous {
        match kind {
            Kind::Open => return self.open(),
            Kind::Close(previous) => return self.close(previous),
            Kind::Semicolon => return Previous::Semicolon,
            Kind::Comma if self.level.angles == 0 => {
                self.level.end_chains();
                return Previous::Other;
            }
            Kind::TemplateText => {
                // Takes back the link of the interpolation before it, or of the quote.
                self.level.own.links = self.level.own.links.saturating_sub(1);
                return Previous::Operand;
            }
            _ => {}
        }
        let Level { own, angles, .. } = &mut self.level;
        own.links += 1;
        match kind {
            Kind::Arrow => own.arrows += 1,
            Kind::Class => own.classes += 1,
            Kind::Else | Kind::While => own.statements += 1,
            // `else if` is one.
            Kind::Statement if self.previous != Previous::Else => own.statements += 1,
            Kind::Colon if self.previous == Previous::Label => own.labels += 1,
            Kind::Less(more) => *angles += more,
            Kind::Greater(less) => *angles = angles.saturating_sub(less),
            _ => {}
        }
        match kind {
            Kind::Dot => Previous::Dot,
            Kind::Name => match self.previous {
                Previous::Dot | Previous::Name | Previous::Label | Previous::Operand | Previous::Greater => {
                    Previous::Name
                }
                _ => Previous::Label,
            },
            Kind::Greater(_) => Previous::Greater,
            Kind::Literal => Previous::Operand,
            Kind::Else => Previous::Else,
            Kind::Statement | Kind::While => Previous::HeadWord,
            Kind::Word if self.previous == Previous::HeadWord => Previous::HeadWord,
            _ => Previous::Other,
        }
    }

    fn open(&mut self) -> Previous {
        let mut outer = self.outer.borrow_mut();
        outer.push(self.level);
        let bracket = Counts { brackets: 1, links: 1, ..Counts::default() };
        self.level = Level {
            around: outer.len(),
            is_head: self.previous == Previous::HeadWord,
            below: self.level.below + self.level.own + bracket,
            ..Level::default()
        };
        Previous::Other
    }

    fn close(&mut self, previous: Previous) -> Previous {
        let is_head = self.level.is_head;
        let around = self.level.around.checked_sub(1);
        // A bracket too many is the parser's to report.
        if let Some(level) = around.and_then(|index| self.outer.borrow().get(index).copied()) {
            self.level = level;
        }
        self.level.own.links += 1;
        if is_head { Previous::Head } else { previous }
    }
}
