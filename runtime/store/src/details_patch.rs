//! What changes of what a product says of a connection.

use onevent_contract::{ConnectionDetails, EndUser, Tags};

/// What becomes of a value.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum Change<T> {
    /// It stays.
    #[default]
    Keep,
    /// It goes.
    Clear,
    /// This takes its place.
    Set(T),
}

impl<T> Change<T> {
    pub(crate) fn apply(self, to: &mut Option<T>) {
        match self {
            Self::Keep => {}
            Self::Clear => *to = None,
            Self::Set(value) => *to = Some(value),
        }
    }
}

/// What changes of a connection's details.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct DetailsPatch {
    /// Whose it is, as a whole.
    pub end_user: Change<EndUser>,
    /// All of its tags; without any after [`Change::Clear`].
    pub tags: Change<Tags>,
    /// Where its webhooks go.
    pub webhook_url_override: Change<String>,
}

impl DetailsPatch {
    /// Whether nothing changes.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// Makes the changes.
    pub(crate) fn apply(self, to: &mut ConnectionDetails) {
        let mut tags = None;
        match self.tags {
            Change::Keep => {}
            change => {
                change.apply(&mut tags);
                to.tags = tags.unwrap_or_default();
            }
        }
        self.end_user.apply(&mut to.end_user);
        self.webhook_url_override.apply(&mut to.webhook_url_override);
    }
}
