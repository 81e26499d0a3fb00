//! Which functions a query asks for.

use onevent_contract::Function;

use crate::extract::{FromQuery, QueryReader};

/// How many functions a page has, where nobody says, and at most.
const DEFAULT_PAGE: u32 = 20;
const MAX_PAGE: u32 = 100;

/// Which functions are asked for.
pub(super) struct ListQuery {
    pub(super) kind: Option<Kind>,
    pub(super) search: String,
    pub(super) page: u32,
    pub(super) limit: u32,
}

impl FromQuery for ListQuery {
    fn read(query: &mut QueryReader) -> Option<Self> {
        let kind = Kind::read(query);
        let search = query.text("search").unwrap_or_default().to_lowercase();
        let page = query.number("page", 0..=u32::MAX).unwrap_or(0);
        let limit = query.number("limit", 1..=MAX_PAGE).unwrap_or(DEFAULT_PAGE);
        Some(Self { kind, search, page, limit })
    }
}

/// Which of the functions of one name is asked for.
pub(super) struct OneQuery {
    pub(super) kind: Option<Kind>,
}

impl FromQuery for OneQuery {
    fn read(query: &mut QueryReader) -> Option<Self> {
        Some(Self { kind: Kind::read(query) })
    }
}

/// A kind of functions, as Nango names it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Sync,
    Action,
    OnEvent,
}

impl Kind {
    fn read(query: &mut QueryReader) -> Option<Self> {
        match query.text("type")?.as_str() {
            "sync" => Some(Self::Sync),
            "action" => Some(Self::Action),
            "on-event" => Some(Self::OnEvent),
            _ => {
                let message = "this parameter is `sync`, `action` or `on-event`";
                query.mistake("type", "invalid_value", message);
                None
            }
        }
    }

    pub(super) fn is_of(self, function: &Function) -> bool {
        match self {
            Self::Sync => false,
            Self::Action => function.event().is_none(),
            Self::OnEvent => function.event().is_some(),
        }
    }
}
