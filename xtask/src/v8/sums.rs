//! The sums that are known, and what a file's sum says about it.

use crate::failure::Failure;
use crate::v8::archive::Archive;

/// The sums that this repository vouches for.
const REPOSITORY: &str = include_str!("../../../third_party/v8/SHA256SUMS");

/// One line of `third_party/v8/SHA256SUMS`.
#[derive(Debug, Clone, PartialEq, Eq)]
struct KnownSum {
    sum: String,
    version: String,
    file_name: String,
}

/// The sums of libraries that somebody has built onevent with.
#[derive(Debug, Clone)]
pub(crate) struct KnownSums(Vec<KnownSum>);

/// What the known sums say about a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Knowledge {
    /// It is the library that is wanted.
    Wanted,
    /// It is a library of another V8, or for another machine.
    Other {
        /// The version it is of.
        version: String,
        /// The name it should have.
        file_name: String,
    },
    /// No list has it.
    Unknown,
}

impl KnownSums {
    /// The list in this repository.
    pub(crate) fn of_repository() -> Result<Self, Failure> {
        Self::parse(REPOSITORY).ok_or_else(|| {
            Failure::new("third_party/v8/SHA256SUMS has a line that is not `sum  version  file name`")
        })
    }

    fn parse(text: &str) -> Option<Self> {
        let lines = text.lines().filter(|line| !line.is_empty() && !line.starts_with('#'));
        lines
            .map(|line| {
                let mut words = line.split_whitespace().map(str::to_owned);
                let (sum, version, file_name) = (words.next()?, words.next()?, words.next()?);
                (sum.len() == 64 && words.next().is_none()).then_some(KnownSum { sum, version, file_name })
            })
            .collect::<Option<Vec<_>>>()
            .map(Self)
    }

    #[cfg(test)]
    pub(crate) fn any_sum_for_test(&self) -> String {
        self.0[0].sum.clone()
    }

    /// What is known about a file with this sum that was offered as `archive`, packed in whichever way.
    pub(crate) fn look_up(&self, archive: &Archive, sum: &str) -> Knowledge {
        let mut matching = self.0.iter().filter(|known| known.sum == sum).peekable();
        let Some(first) = matching.peek().cloned() else { return Knowledge::Unknown };
        if matching.any(|known| known.version == archive.version() && archive.is_name_of(&known.file_name)) {
            return Knowledge::Wanted;
        }
        Knowledge::Other { version: first.version.clone(), file_name: first.file_name.clone() }
    }
}

/// The sum of one file in a list as `sha256sum` writes it.
pub(crate) fn in_sha256sum_list<'a>(list: &'a str, file_name: &str) -> Option<&'a str> {
    list.lines().find_map(|line| {
        let (sum, name) = line.split_once(char::is_whitespace)?;
        (name.trim_start().trim_start_matches('*') == file_name).then_some(sum)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_list_of_the_repository_can_be_read() {
        assert!(!KnownSums::of_repository().unwrap().0.is_empty());
        assert!(KnownSums::parse("abc 1.0.0 file").is_none());
    }

    #[test]
    fn lists_of_sha256sum_are_read_in_both_modes() {
        let list = "aa  one.gz\nbb *two.gz\n";
        assert_eq!(in_sha256sum_list(list, "one.gz"), Some("aa"));
        assert_eq!(in_sha256sum_list(list, "two.gz"), Some("bb"));
        assert_eq!(in_sha256sum_list(list, "o.gz"), None);
    }
}
