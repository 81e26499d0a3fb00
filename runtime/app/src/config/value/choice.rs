//! Settings that are one of a few words.

use std::path::Path;

use onevent_engine::{Isolation, Realm};
use onevent_lifecycle::{CleanupFailure, CreationWebhook, SetupFailure};
use onevent_worker::Require;
use strum::VariantNames;

use super::setting_value::{Invalid, SettingValue};

/// Reads one of the words of `T`.
fn one_of<T: VariantNames + std::str::FromStr>(text: &str) -> Result<T, Invalid> {
    text.parse().map_err(|_| {
        let words = T::VARIANTS.join(", ");
        Invalid::new(format!("is {text:?}, which is none of {words}"), format!("write one of {words}"))
    })
}

impl SettingValue for CreationWebhook {
    const DESCRIPTION: &str = "after_setup, at_once or off";

    fn parse(text: &str, _: &Path) -> Result<Self, Invalid> {
        one_of(text)
    }

    fn shown(&self) -> String {
        <&'static str>::from(self).to_owned()
    }
}

impl SettingValue for CleanupFailure {
    const DESCRIPTION: &str = "continue, block or quarantine";

    fn parse(text: &str, _: &Path) -> Result<Self, Invalid> {
        one_of(text)
    }

    fn shown(&self) -> String {
        <&'static str>::from(self).to_owned()
    }
}

impl SettingValue for SetupFailure {
    const DESCRIPTION: &str = "continue or block";

    fn parse(text: &str, _: &Path) -> Result<Self, Invalid> {
        one_of(text)
    }

    fn shown(&self) -> String {
        <&'static str>::from(self).to_owned()
    }
}

impl SettingValue for Realm {
    const DESCRIPTION: &str = "isolate or shared";

    fn parse(text: &str, _: &Path) -> Result<Self, Invalid> {
        one_of(text)
    }

    fn shown(&self) -> String {
        self.to_string()
    }
}

impl SettingValue for Isolation {
    const DESCRIPTION: &str = "thread or process";

    fn parse(text: &str, _: &Path) -> Result<Self, Invalid> {
        one_of(text)
    }

    fn shown(&self) -> String {
        self.to_string()
    }
}

impl SettingValue for Require {
    const DESCRIPTION: &str = "available or full";

    fn parse(text: &str, _: &Path) -> Result<Self, Invalid> {
        one_of(text)
    }

    fn shown(&self) -> String {
        self.to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_words_are_those_that_the_descriptions_name() {
        for word in CreationWebhook::VARIANTS {
            assert!(CreationWebhook::DESCRIPTION.contains(word));
            assert_eq!(CreationWebhook::parse(word, Path::new("")).unwrap().shown(), *word);
        }
        for word in CleanupFailure::VARIANTS {
            assert!(CleanupFailure::DESCRIPTION.contains(word));
            assert_eq!(CleanupFailure::parse(word, Path::new("")).unwrap().shown(), *word);
        }
        for word in SetupFailure::VARIANTS {
            assert!(SetupFailure::DESCRIPTION.contains(word));
            assert_eq!(SetupFailure::parse(word, Path::new("")).unwrap().shown(), *word);
        }
        for word in Realm::VARIANTS {
            assert!(Realm::DESCRIPTION.contains(word));
            assert_eq!(Realm::parse(word, Path::new("")).unwrap().shown(), *word);
        }
        for word in Isolation::VARIANTS {
            assert!(Isolation::DESCRIPTION.contains(word));
            assert_eq!(Isolation::parse(word, Path::new("")).unwrap().shown(), *word);
        }
        for word in Require::VARIANTS {
            assert!(Require::DESCRIPTION.contains(word));
            assert_eq!(Require::parse(word, Path::new("")).unwrap().shown(), *word);
        }
        let Err(Invalid::Unreadable { hint, .. }) = CleanupFailure::parse("stop", Path::new("")) else {
            panic!("read")
        };
        assert_eq!(hint.unwrap(), "write one of continue, block, quarantine");
    }
}
