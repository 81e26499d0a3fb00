//! The name of an owner: of an operation, or of a claim on an event.

use std::fmt;

use uuid::Uuid;

/// Names the owner of one operation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct Token(Uuid);

impl Token {
    pub(crate) fn generate() -> Self {
        Self(Uuid::new_v4())
    }

    /// One that tells which node it is of.
    pub(crate) fn of(node: Node) -> Self {
        let (mut bytes, random) = (node.0, Uuid::new_v4());
        bytes[NODE_BYTES..].copy_from_slice(&random.as_bytes()[NODE_BYTES..]);
        Self(Uuid::from_bytes(bytes))
    }

    pub(crate) fn parse(text: &str) -> Option<Self> {
        Uuid::try_parse(text).ok().map(Self)
    }
}

/// How much of a token is its node's.
const NODE_BYTES: usize = 8;
/// The same in its text: `xxxxxxxx-xxxx-xxxx-…`.
const NODE_CHARACTERS: usize = 19;

/// Names one open store among all that are open on a database.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Node([u8; 16]);

impl Node {
    pub(crate) fn generate() -> Self {
        Self(Uuid::new_v4().into_bytes())
    }

    /// A pattern of SQL's LIKE: how the texts of its tokens begin.
    pub(crate) fn pattern(self) -> String {
        let text = Uuid::from_bytes(self.0).to_string();
        format!("{}%", text.get(..NODE_CHARACTERS).unwrap_or_default())
    }
}

impl fmt::Display for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_claim_tells_whose_it_is() {
        let (node, other) = (Node::generate(), Node::generate());
        let is_of =
            |token: Token, node: Node| token.to_string().starts_with(node.pattern().trim_end_matches('%'));
        let token = Token::of(node);
        assert_ne!(token, Token::of(node));
        assert!(is_of(token, node) && !is_of(token, other));
        assert_eq!(Token::parse(&token.to_string()), Some(token));
    }
}
