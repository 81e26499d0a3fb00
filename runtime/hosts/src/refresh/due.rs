//! When a token is refreshed.

use std::time::Duration;

use jiff::Timestamp;
use onevent_contract::Credentials;
use onevent_proxy::{Grant, NoGrant, Target};
use onevent_store::{RefreshFailure, RefreshState};

/// How long before its end a token is refreshed, where its provider's template says nothing else. Nango's number.
const MARGIN: Duration = Duration::from_secs(15 * 60);

/// Of a token whose whole life is known, the margin is at most this part: one that lives shorter than the margin would be
/// refreshed with every use.
const MARGIN_PART: u32 = 4;

/// After a refresh that failed, nobody is asked for so long. Nango's number.
const COOLDOWN: Duration = Duration::from_secs(30);

/// A token that came so recently is not the reason why a provider answers 401.
const RECENTLY: Duration = Duration::from_secs(60);

/// When a token is refreshed that was not asked to be.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum RefreshTiming {
    /// Some time before it expires.
    #[default]
    BeforeExpiry,
    /// Once it has expired: for the runs of the operation that was given the credentials. They are tried as they were
    /// handed in.
    AfterExpiry,
}

/// What somebody wants of a connection's token.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Demand {
    /// One that lasts for a while.
    WhenDue,
    /// One that was fetched after this moment.
    Since(Timestamp),
    /// Another one than this: the provider does not accept it.
    InsteadOf(Credentials),
}

/// Whether a token is to be refreshed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Due {
    /// It is not.
    No,
    /// It is, with this.
    Yes(Grant),
    /// It would be, and cannot.
    Impossible(NoGrant),
}

/// Whether the token of a target is to be refreshed.
pub(crate) fn due(
    target: &Target,
    state: &RefreshState,
    demand: &Demand,
    timing: RefreshTiming,
    now: Timestamp,
) -> Due {
    let wanted = match demand {
        Demand::Since(moment) => state.refreshed_at.is_none_or(|at| at < *moment),
        Demand::InsteadOf(refused) => {
            *refused == target.credentials
                && state.refreshed_at.is_none_or(|at| now.duration_since(at) > signed(RECENTLY))
        }
        Demand::WhenDue => is_about_to_expire(target, state, timing, now),
    };
    if !wanted {
        return Due::No;
    }
    match Grant::of(target) {
        Ok(grant) => Due::Yes(grant),
        Err(NoGrant::Type { .. }) => Due::No,
        Err(why) => Due::Impossible(why),
    }
}

fn is_about_to_expire(target: &Target, state: &RefreshState, timing: RefreshTiming, now: Timestamp) -> bool {
    let credentials = &target.credentials;
    // Nothing was fetched with the client's credentials yet.
    if credentials.lacks_token() {
        return true;
    }
    let Ok(Some(end)) = credentials.expires_at() else { return false };
    let margin = match timing {
        RefreshTiming::AfterExpiry => Duration::ZERO,
        RefreshTiming::BeforeExpiry => {
            let life = state.refreshed_at.and_then(|at| Duration::try_from(end.duration_since(at)).ok());
            let usual = life.map_or(MARGIN, |life| MARGIN.min(life / MARGIN_PART));
            target.integration.provider.token_expiration_buffer().unwrap_or(usual)
        }
    };
    end.duration_since(now) <= signed(margin)
}

/// Whether a target's token can be sent: it has one, and that has not expired as far as anybody knows.
pub(crate) fn is_valid(credentials: &Credentials, now: Timestamp) -> bool {
    let ended = matches!(credentials.expires_at(), Ok(Some(end)) if end <= now);
    !credentials.lacks_token() && !ended
}

/// The failure because of which nobody is asked now.
pub(crate) fn cooling_down(state: &RefreshState, now: Timestamp) -> Option<&RefreshFailure> {
    state.failure.as_ref().filter(|failure| now.duration_since(failure.at) < signed(COOLDOWN))
}

fn signed(duration: Duration) -> jiff::SignedDuration {
    jiff::SignedDuration::try_from(duration).unwrap_or(jiff::SignedDuration::MAX)
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use onevent_contract::JsonObject;
    use onevent_proxy::{Integration, Providers};
    use serde_json::{Value, json};

    use super::*;

    const NOW: &str = "2026-01-01T12:00:00Z";

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    fn target(template: &str, credentials: Value) -> Target {
        let yaml = format!("p:\n  auth_mode: OAUTH2\n  token_url: https://p.test/token\n{template}");
        let provider = Providers::from_yaml(&yaml, "test").unwrap().get("p").unwrap();
        let integration =
            Integration { client_id: Some("c".into()), ..Integration::new("p".parse().unwrap(), provider) };
        Target {
            integration: Arc::new(integration),
            connection_id: "acme".parse().unwrap(),
            connection_config: JsonObject::new(),
            credentials: Credentials::from_json(credentials, None).unwrap(),
        }
    }

    fn oauth(expires_at: &str) -> Value {
        json!({"type": "OAUTH2", "access_token": "a", "refresh_token": "r", "expires_at": expires_at})
    }

    fn when_due(template: &str, expires_at: &str, refreshed_at: Option<&str>, timing: RefreshTiming) -> bool {
        let state = RefreshState { refreshed_at: refreshed_at.map(at), ..RefreshState::default() };
        let target = target(template, oauth(expires_at));
        due(&target, &state, &Demand::WhenDue, timing, at(NOW)) == Due::Yes(Grant::RefreshToken)
    }

    #[test]
    fn a_token_is_refreshed_a_quarter_of_an_hour_before_its_end_or_as_its_template_says() {
        let before = RefreshTiming::BeforeExpiry;
        assert!(when_due("", "2026-01-01T12:15:00Z", None, before));
        assert!(!when_due("", "2026-01-01T12:15:01Z", None, before));
        assert!(when_due("  token_expiration_buffer: 60\n", "2026-01-01T12:01:00Z", None, before));
        assert!(!when_due("  token_expiration_buffer: 60\n", "2026-01-01T12:01:01Z", None, before));
    }

    #[test]
    fn one_that_lives_shorter_is_not_refreshed_with_every_use() {
        let before = RefreshTiming::BeforeExpiry;
        assert!(!when_due("", "2026-01-01T12:10:00Z", Some("2026-01-01T12:00:00Z"), before));
        assert!(when_due("", "2026-01-01T12:02:30Z", Some("2026-01-01T11:52:30Z"), before));
        // With its usual hour nothing changes.
        assert!(when_due("", "2026-01-01T12:15:00Z", Some("2026-01-01T11:15:00Z"), before));
    }

    #[test]
    fn what_was_just_handed_in_is_tried_as_it_is_until_it_has_expired() {
        assert!(!when_due("", "2026-01-01T12:00:01Z", None, RefreshTiming::AfterExpiry));
        assert!(when_due("", "2026-01-01T12:00:00Z", None, RefreshTiming::AfterExpiry));
    }

    #[test]
    fn after_a_401_another_token_does_and_a_new_one_is_not_to_blame() {
        let target = target("", oauth("2026-01-01T13:00:00Z"));
        let of = |refused: &Credentials, refreshed_at: Option<&str>| {
            let state = RefreshState { refreshed_at: refreshed_at.map(at), ..RefreshState::default() };
            let demand = Demand::InsteadOf(refused.clone());
            due(&target, &state, &demand, RefreshTiming::BeforeExpiry, at(NOW))
        };
        let other = Credentials::from_json(json!({"type": "OAUTH2", "access_token": "old"}), None).unwrap();
        assert_eq!(of(&target.credentials, None), Due::Yes(Grant::RefreshToken));
        assert_eq!(of(&target.credentials, Some("2026-01-01T11:58:00Z")), Due::Yes(Grant::RefreshToken));
        assert_eq!(of(&target.credentials, Some("2026-01-01T11:59:30Z")), Due::No);
        assert_eq!(of(&other, None), Due::No);
    }

    #[test]
    fn what_cannot_be_refreshed_is_told_apart_from_what_need_not_be() {
        let of = |target: &Target, demand: Demand| {
            due(target, &RefreshState::default(), &demand, RefreshTiming::BeforeExpiry, at(NOW))
        };
        let expired = "2026-01-01T11:00:00Z";
        let mut lonely = target("", json!({"type": "OAUTH2", "access_token": "a", "expires_at": expired}));
        assert_eq!(of(&lonely, Demand::WhenDue), Due::Impossible(NoGrant::RefreshToken));
        lonely = target("", json!({"type": "OAUTH2", "access_token": "a"}));
        assert_eq!(of(&lonely, Demand::WhenDue), Due::No);
        let key = target("", json!({"type": "API_KEY", "apiKey": "k"}));
        assert_eq!(of(&key, Demand::Since(at(NOW))), Due::No);
        let client = json!({"type": "OAUTH2_CC", "client_id": "c", "client_secret": "s"});
        assert_eq!(of(&target("", client), Demand::WhenDue), Due::Yes(Grant::ClientCredentials));
    }
}
