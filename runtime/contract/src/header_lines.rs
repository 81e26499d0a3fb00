//! The headers of an answer.

use indexmap::IndexMap;
use serde::{Deserialize, Serialize};

/// Headers of which Node keeps the first line: `message.headers` in its documentation.
const SINGLETONS: [&str; 18] = [
    "age",
    "authorization",
    "content-length",
    "content-type",
    "etag",
    "expires",
    "from",
    "host",
    "if-modified-since",
    "if-unmodified-since",
    "last-modified",
    "location",
    "max-forwards",
    "proxy-authorization",
    "referer",
    "retry-after",
    "server",
    "user-agent",
];

/// What Node makes of the lines of one name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Repeated {
    /// The first one counts.
    First,
    /// Each is an entry of a list.
    List,
    /// They are one text, with this between them.
    Joined(&'static str),
}

impl Repeated {
    fn of(name: &str) -> Self {
        match name {
            "set-cookie" => Self::List,
            "cookie" => Self::Joined("; "),
            name if SINGLETONS.contains(&name) => Self::First,
            _ => Self::Joined(", "),
        }
    }
}

/// A header as a function sees it in `response.headers`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum HeaderText {
    /// One text.
    Text(String),
    /// A list: `set-cookie`, also where there is one line of it.
    List(Vec<String>),
}

/// The header lines of an answer, in the order they came. A name is in lower case, and may occur more than once.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct HeaderLines(Vec<(String, String)>);

impl HeaderLines {
    /// Adds a line.
    pub fn push(&mut self, name: &str, value: impl Into<String>) {
        self.0.push((name.to_ascii_lowercase(), value.into()));
    }

    /// Removes every line of a name, in whatever case.
    pub fn remove(&mut self, name: &str) {
        self.0.retain(|(known, _)| !known.eq_ignore_ascii_case(name));
    }

    /// The lines.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.iter().map(|(name, value)| (name.as_str(), value.as_str()))
    }

    /// The lines of a name, in whatever case.
    pub fn values<'l>(&'l self, name: &'l str) -> impl Iterator<Item = &'l str> {
        self.iter().filter(move |(known, _)| known.eq_ignore_ascii_case(name)).map(|(_, value)| value)
    }

    /// A header by its name in whatever case, as Node makes one text of its lines. Those of a list are joined by `, `.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<String> {
        let mut values = self.values(name);
        let first = values.next()?.to_owned();
        let separator = match Repeated::of(&name.to_ascii_lowercase()) {
            Repeated::First => return Some(first),
            Repeated::List => ", ",
            Repeated::Joined(separator) => separator,
        };
        Some(values.fold(first, |joined, value| joined + separator + value))
    }

    /// The headers as Node's `message.headers` and axios' `response.headers` have them: one entry for each name.
    #[must_use]
    pub fn combined(&self) -> IndexMap<String, HeaderText> {
        let mut combined: IndexMap<String, HeaderText> = IndexMap::with_capacity(self.0.len());
        for (name, value) in &self.0 {
            let repeated = Repeated::of(name);
            match combined.get_mut(name) {
                None => {
                    let first = match repeated {
                        Repeated::List => HeaderText::List(vec![value.clone()]),
                        Repeated::First | Repeated::Joined(_) => HeaderText::Text(value.clone()),
                    };
                    combined.insert(name.clone(), first);
                }
                Some(HeaderText::List(list)) => list.push(value.clone()),
                Some(HeaderText::Text(text)) => {
                    if let Repeated::Joined(separator) = repeated {
                        text.push_str(separator);
                        text.push_str(value);
                    }
                }
            }
        }
        combined
    }

    /// [`HeaderLines::combined`] as lines again: only those of a list repeat a name.
    #[must_use]
    pub fn combined_lines(&self) -> Self {
        let lines = self.combined().into_iter().flat_map(|(name, value)| match value {
            HeaderText::Text(text) => vec![(name, text)],
            HeaderText::List(list) => list.into_iter().map(|text| (name.clone(), text)).collect(),
        });
        Self(lines.collect())
    }
}

impl<N: AsRef<str>, V: Into<String>> FromIterator<(N, V)> for HeaderLines {
    fn from_iter<I: IntoIterator<Item = (N, V)>>(lines: I) -> Self {
        let lines = lines.into_iter().map(|(name, value)| (name.as_ref().to_ascii_lowercase(), value.into()));
        Self(lines.collect())
    }
}

impl From<HeaderLines> for Vec<(String, String)> {
    fn from(lines: HeaderLines) -> Self {
        lines.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(text: &str) -> HeaderText {
        HeaderText::Text(text.into())
    }

    #[test]
    fn repeated_lines_are_what_node_makes_of_them() {
        for name in SINGLETONS {
            let lines = HeaderLines::from_iter([(name, "1"), (name, "2")]);
            assert_eq!(lines.combined()[name], text("1"), "{name}");
            assert_eq!(lines.get(name).as_deref(), Some("1"), "{name}");
        }
        // Measured: what the documentation does not name is joined, whatever it means.
        for name in
            ["x-multi", "link", "date", "vary", "www-authenticate", "cache-control", "content-encoding"]
        {
            let lines = HeaderLines::from_iter([(name, "1"), ("other", ""), (name, "2, 3"), (name, "")]);
            assert_eq!(lines.combined()[name], text("1, 2, 3, "), "{name}");
            assert_eq!(lines.get(&name.to_uppercase()).as_deref(), Some("1, 2, 3, "), "{name}");
        }
        let cookies = HeaderLines::from_iter([
            ("Cookie", "a=1"),
            ("cookie", "b=2"),
            ("Set-Cookie", "c=3; Expires=Wed, 21"),
        ]);
        assert_eq!(cookies.combined()["cookie"], text("a=1; b=2"));
        assert_eq!(cookies.combined()["set-cookie"], HeaderText::List(vec!["c=3; Expires=Wed, 21".into()]));
    }

    #[test]
    fn combined_lines_repeat_a_name_only_in_a_list() {
        let lines = HeaderLines::from_iter([
            ("etag", "1"),
            ("set-cookie", "a"),
            ("etag", "2"),
            ("x", "1"),
            ("set-cookie", "b"),
            ("x", "2"),
        ]);
        let combined: Vec<(String, String)> = lines.combined_lines().into();
        let shown: Vec<String> = combined.iter().map(|(name, value)| format!("{name}={value}")).collect();
        assert_eq!(shown, ["etag=1", "set-cookie=a", "set-cookie=b", "x=1, 2"]);
        let mut less = lines.clone();
        less.remove("ETag");
        assert_eq!((less.get("etag"), less.iter().count()), (None, 4));
    }
}
