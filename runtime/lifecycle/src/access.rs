//! What a run may do with a connection that is marked as an auth error.

use onevent_contract::Event;
use onevent_hosts::{Access, RefreshTiming};

/// What a run may do while its connection is marked as an auth error. Validation has to test the credentials that are
/// there; cleanup has to remove what was set up, with the credentials that were accepted last.
#[must_use]
pub fn access(event: Option<Event>) -> Access {
    match event {
        Some(Event::ValidateConnection) => Access::DespiteAuthError,
        Some(Event::PreConnectionDeletion) => Access::LastAccepted,
        // Events to come decide here.
        Some(_) | None => Access::Normal,
    }
}

/// When a run's token is refreshed. What was just handed in is validated, and set up with, as it is: nobody would know
/// otherwise whether it works.
#[must_use]
pub fn refresh_timing(event: Option<Event>) -> RefreshTiming {
    match event {
        Some(Event::ValidateConnection | Event::PostConnectionCreation) => RefreshTiming::AfterExpiry,
        // Events to come decide here.
        Some(_) | None => RefreshTiming::BeforeExpiry,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_validation_tests_what_was_refused() {
        assert_eq!(access(Some(Event::ValidateConnection)), Access::DespiteAuthError);
        assert_eq!(access(Some(Event::PreConnectionDeletion)), Access::LastAccepted);
        assert_eq!(access(Some(Event::PostConnectionCreation)), Access::Normal);
        assert_eq!(access(None), Access::Normal);
    }
}
