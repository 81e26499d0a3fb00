//! What may be true of a connection: one thing, and two while nobody knows whether something was done.

/// What is true of a connection.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Fact {
    /// There is none.
    Absent,
    /// It is there, with the access token of its last operation and the number of the last write of its metadata.
    Present { token: String, note: Option<u64> },
}

/// A connection as its only client knows it.
#[derive(Debug)]
pub(super) struct Known {
    pub(super) id: String,
    pub(super) fact: Fact,
    /// What is true instead, where what was asked last was done.
    unanswered: Option<Fact>,
    /// How often it was created.
    pub(super) creations: usize,
}

impl Known {
    pub(super) fn new(id: String) -> Self {
        Self { id, fact: Fact::Absent, unanswered: None, creations: 0 }
    }

    /// Something was done, and said to be.
    pub(super) fn become_(&mut self, fact: Fact) {
        self.creations += usize::from(self.fact == Fact::Absent && fact != Fact::Absent);
        self.fact = fact;
        self.unanswered = None;
    }

    /// Something was asked for, and nobody answered.
    pub(super) fn may_be(&mut self, fact: Fact) {
        self.unanswered = Some(fact);
    }

    /// Takes what is found; what is wrong with it, where it may not be.
    pub(super) fn found(&mut self, found: Fact) -> Option<String> {
        let expected = self.fact == found || self.unanswered.as_ref() == Some(&found);
        let told = (!expected).then(|| {
            let Self { id, fact, unanswered, .. } = &*self;
            format!(
                "{id} is {found:?}; it was {fact:?}, and what was not answered would make it {unanswered:?}"
            )
        });
        self.become_(found);
        told
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn present(token: &str, note: Option<u64>) -> Fact {
        Fact::Present { token: token.into(), note }
    }

    #[test]
    fn what_was_answered_has_to_be_there_and_what_was_not_may_be() {
        let mut known = Known::new("a".into());
        known.become_(present("1", None));
        assert_eq!(known.found(present("1", None)), None);
        assert!(known.found(Fact::Absent).is_some(), "it was lost");
        known.may_be(present("2", None));
        assert_eq!(known.found(present("2", None)), None);
        known.may_be(present("2", Some(1)));
        assert!(known.found(present("1", Some(1))).is_some(), "neither before nor after");
        assert_eq!(known.creations, 2);
    }
}
