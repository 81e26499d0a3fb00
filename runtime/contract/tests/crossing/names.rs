//! A name in code, in JSON and in a database is the same name.

use onevent_contract::{AuthMode, Event, Outcome};
use serde::Serialize;

fn in_json(value: impl Serialize) -> String {
    serde_json::to_value(value).unwrap().as_str().unwrap().to_owned()
}

#[test]
fn every_name_is_the_one_that_serde_writes_and_leads_back() {
    for event in Event::ALL {
        assert_eq!(
            (in_json(event), Event::from_name(event.as_str())),
            (event.as_str().to_owned(), Some(*event))
        );
    }
    for mode in AuthMode::ALL {
        assert_eq!(
            (in_json(mode), AuthMode::from_name(mode.as_str())),
            (mode.as_str().to_owned(), Some(*mode))
        );
    }
    for outcome in
        [Outcome::Succeeded, Outcome::Rejected, Outcome::Failed, Outcome::Stopped, Outcome::Unknown]
    {
        assert_eq!(
            (in_json(outcome), Outcome::from_name(outcome.as_str())),
            (outcome.as_str().to_owned(), Some(outcome))
        );
    }
    assert_eq!((Event::from_name("validate"), AuthMode::from_name("oauth2")), (None, None));
}
