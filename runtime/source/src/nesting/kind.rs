//! What a token is to the depth of a text.

use deno_ast::swc::lexer::token::{BinOpToken, IdentLike, Keyword, KnownIdent, Token, Word};

/// What the token before this one was.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) enum Previous {
    /// An operator, or nothing.
    #[default]
    Other,
    /// `.`: a name comes next, whichever it is.
    Dot,
    Name,
    /// A name that a label may be: not the last one of an operand or a type.
    Label,
    /// `>`, of a comparison or of type arguments.
    Greater,
    /// The end of another operand: a literal, `)` or `]`.
    Operand,
    /// `}`
    Brace,
    Semicolon,
    Else,
    /// `if`, `for`, `while` or `with`.
    HeadWord,
    /// The parenthesis behind one of them: a statement comes next.
    Head,
}

/// What a token is to the depth of a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Open,
    Close(Previous),
    /// The text of a template: its interpolations make it no deeper.
    TemplateText,
    Comma,
    Semicolon,
    Colon,
    Dot,
    Arrow,
    /// `<`, so many of them.
    Less(usize),
    /// `>`, so many of them.
    Greater(usize),
    /// Whatever else stands between operands, before or behind them.
    Operator,
    Name,
    Literal,
    /// A word with which something begins: `const`, `new`, `function`.
    Word,
    /// `class` or `@`.
    Class,
    /// `case` and `default`.
    Case,
    /// A word that begins a statement which holds another one: `if`, `for`.
    Statement,
    /// The same, or the end of `do`.
    While,
    Else,
    /// A word that goes on with the statement before it: `catch`, `finally`.
    Continuation,
}

pub(super) fn kind(token: &Token, previous: Previous) -> Kind {
    match token {
        Token::LParen | Token::LBracket | Token::LBrace | Token::DollarLBrace => Kind::Open,
        Token::RParen | Token::RBracket => Kind::Close(Previous::Operand),
        Token::RBrace => Kind::Close(Previous::Brace),
        Token::Template { .. } => Kind::TemplateText,
        Token::Comma => Kind::Comma,
        Token::Semi => Kind::Semicolon,
        Token::Colon => Kind::Colon,
        Token::Dot => Kind::Dot,
        Token::Arrow => Kind::Arrow,
        Token::At => Kind::Class,
        Token::Hash => Kind::Word,
        Token::Num { .. } | Token::BigInt { .. } | Token::Str { .. } => Kind::Literal,
        Token::BinOp(operator) => binary(*operator),
        // A member may be called `else`.
        Token::Word(_) if previous == Previous::Dot => Kind::Name,
        Token::Word(Word::Keyword(keyword)) => word(*keyword),
        Token::Word(Word::Ident(IdentLike::Known(known))) => known_name(*known),
        Token::Word(Word::Ident(_)) => Kind::Name,
        Token::Word(Word::Null | Word::True | Word::False) => Kind::Literal,
        _ => Kind::Operator,
    }
}

fn binary(operator: BinOpToken) -> Kind {
    match operator {
        BinOpToken::Lt => Kind::Less(1),
        BinOpToken::LShift => Kind::Less(2),
        BinOpToken::Gt => Kind::Greater(1),
        BinOpToken::RShift => Kind::Greater(2),
        BinOpToken::ZeroFillRShift => Kind::Greater(3),
        _ => Kind::Operator,
    }
}

/// Names that may also be operators: two operands around them are one expression, or one type.
fn known_name(name: KnownIdent) -> Kind {
    match name {
        KnownIdent::As
        | KnownIdent::Satisfies
        | KnownIdent::Is
        | KnownIdent::Asserts
        | KnownIdent::Keyof
        | KnownIdent::Unique
        | KnownIdent::Readonly
        | KnownIdent::Infer
        | KnownIdent::Abstract
        | KnownIdent::Of => Kind::Operator,
        KnownIdent::Async => Kind::Word,
        _ => Kind::Name,
    }
}

fn word(keyword: Keyword) -> Kind {
    match keyword {
        Keyword::Else => Kind::Else,
        Keyword::Class => Kind::Class,
        Keyword::Case | Keyword::Default_ => Kind::Case,
        Keyword::While => Kind::While,
        Keyword::If | Keyword::For | Keyword::With | Keyword::Do => Kind::Statement,
        Keyword::Catch | Keyword::Finally => Kind::Continuation,
        Keyword::In | Keyword::InstanceOf | Keyword::Extends => Kind::Operator,
        Keyword::This | Keyword::Super => Kind::Literal,
        _ => Kind::Word,
    }
}
