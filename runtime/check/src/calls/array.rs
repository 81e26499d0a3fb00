//! Calls of members that are known whatever they are called on: of promises and of arrays.

/// A member that is called.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Known {
    /// `then`, `catch`, `finally`: what becomes of the whole becomes of the promise.
    Chain,
    /// `map`, `flatMap`: an array of what the callback returns.
    Map,
    /// `forEach`: what the callback returns is dropped.
    ForEach,
    /// `push`, `unshift`: what it is given lies in the array.
    Push,
}

impl Known {
    pub(super) fn of(member: &str) -> Option<Self> {
        match member {
            "then" | "catch" | "finally" => Some(Self::Chain),
            "map" | "flatMap" => Some(Self::Map),
            "forEach" => Some(Self::ForEach),
            "push" | "unshift" => Some(Self::Push),
            _ => None,
        }
    }
}

/// What `Promise` makes of what it is given.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum OfPromise {
    /// `all`, `allSettled`, `any`, `race`: a promise of an array of promises.
    OfArray,
    /// `resolve`: the same promise.
    Same,
}

impl OfPromise {
    pub(super) fn of(member: &str) -> Option<Self> {
        match member {
            "all" | "allSettled" | "any" | "race" => Some(Self::OfArray),
            "resolve" => Some(Self::Same),
            _ => None,
        }
    }
}
