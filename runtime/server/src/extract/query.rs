//! A query, as strict as Nango reads it: every parameter known, each given once.

use std::fmt::Display;
use std::ops::RangeInclusive;
use std::str::FromStr;

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use onevent_contract::Tags;
use url::form_urlencoded;

use crate::error::{ApiError, FieldError};
use crate::state::ServerState;

/// What a route reads of its query.
pub(crate) trait FromQuery: Sized {
    /// Takes its parameters; `None` where one is missing or wrong, which the reader knows by then. Take all of them
    /// before giving up, so that the caller learns of all mistakes at once.
    fn read(query: &mut QueryReader) -> Option<Self>;
}

/// A query of these parameters and no others.
pub(crate) struct StrictQuery<Q>(pub(crate) Q);

/// The most of one answer that lists something of onevent's own, and of one decision about several.
const MAX_LIMIT: u32 = 1_000;

/// Two queries' parameters.
impl<A: FromQuery, B: FromQuery> FromQuery for (A, B) {
    fn read(query: &mut QueryReader) -> Option<Self> {
        let (one, other) = (A::read(query), B::read(query));
        Some((one?, other?))
    }
}

/// A query without parameters.
pub(crate) struct NoQuery;

impl FromQuery for NoQuery {
    fn read(_: &mut QueryReader) -> Option<Self> {
        Some(Self)
    }
}

impl<Q: FromQuery> FromRequestParts<ServerState> for StrictQuery<Q> {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, _: &ServerState) -> Result<Self, ApiError> {
        let mut reader = QueryReader::new(parts.uri.query().unwrap_or_default());
        let read = Q::read(&mut reader);
        match (read, reader.mistakes()) {
            (Some(query), mistakes) if mistakes.is_empty() => Ok(Self(query)),
            (_, mistakes) => Err(ApiError::invalid("invalid_query_params", mistakes)),
        }
    }
}

/// The parameters that were not taken yet, and what was wrong with those that were.
pub(crate) struct QueryReader {
    left: Vec<(String, String)>,
    mistakes: Vec<FieldError>,
}

impl QueryReader {
    fn new(query: &str) -> Self {
        let left = form_urlencoded::parse(query.as_bytes()).into_owned().collect();
        Self { left, mistakes: Vec::new() }
    }

    /// Every value of a parameter, in order.
    pub(crate) fn all(&mut self, name: &str) -> Vec<String> {
        let (taken, left) = std::mem::take(&mut self.left).into_iter().partition(|(key, _)| key == name);
        self.left = left;
        let taken: Vec<(String, String)> = taken;
        taken.into_iter().map(|(_, value)| value).collect()
    }

    /// The value of a parameter that may be given once.
    pub(crate) fn text(&mut self, name: &str) -> Option<String> {
        let mut values = self.all(name);
        if values.len() > 1 {
            self.mistake(name, "invalid_type", "this parameter may be given once");
            return None;
        }
        values.pop()
    }

    /// The same as a value of some type.
    pub(crate) fn parsed<T: FromStr<Err: Display>>(&mut self, name: &str) -> Option<T> {
        let text = self.text(name)?;
        match text.parse() {
            Ok(value) => Some(value),
            Err(error) => {
                self.mistake(name, "invalid_format", error.to_string());
                None
            }
        }
    }

    /// The same, of a parameter that must be there.
    pub(crate) fn required<T: FromStr<Err: Display>>(&mut self, name: &str) -> Option<T> {
        if !self.left.iter().any(|(key, _)| key == name) {
            self.mistake(name, "invalid_type", "this parameter is required");
            return None;
        }
        self.parsed(name)
    }

    /// `true` or `false`, as text; `false` where it is not given.
    pub(crate) fn flag(&mut self, name: &str) -> bool {
        match self.text(name).as_deref() {
            None | Some("false") => false,
            Some("true") => true,
            Some(_) => {
                self.mistake(name, "invalid_value", "this parameter is `true` or `false`");
                false
            }
        }
    }

    /// A whole number in a range.
    pub(crate) fn number(&mut self, name: &str, range: RangeInclusive<u32>) -> Option<u32> {
        let text = self.text(name)?;
        let (code, message) = match text.parse() {
            Ok(number) if range.contains(&number) => return Some(number),
            Ok(number) if number < *range.start() => ("too_small", format!("at least {}", range.start())),
            Ok(_) => ("too_big", format!("at most {}", range.end())),
            Err(_) => ("invalid_type", "a whole number".to_owned()),
        };
        self.mistake(name, code, format!("this parameter must be {message}"));
        None
    }

    /// How many somebody wants at most of a list of onevent's own.
    pub(crate) fn limit(&mut self, default: u32) -> u32 {
        self.number("limit", 1..=MAX_LIMIT).unwrap_or(default)
    }

    /// A value that has a name.
    pub(crate) fn named<T>(&mut self, name: &str, known: impl FnOnce(&str) -> Option<T>) -> Option<T> {
        let text = self.text(name)?;
        let found = known(&text);
        if found.is_none() {
            self.mistake(name, "invalid_value", format!("there is no {name} `{text}`"));
        }
        found
    }

    /// Values with commas in between.
    pub(crate) fn list<T: FromStr<Err: Display>>(&mut self, name: &str) -> Vec<T> {
        let Some(text) = self.text(name) else { return Vec::new() };
        let read: Result<Vec<T>, T::Err> = text.split(',').map(str::parse).collect();
        read.unwrap_or_else(|error| {
            self.mistake(name, "invalid_format", error.to_string());
            Vec::new()
        })
    }

    /// The values of `name[key]=value`, by key.
    pub(crate) fn map(&mut self, name: &str) -> Tags {
        let key_of = |parameter: &str| {
            let key = parameter.strip_prefix(name)?.strip_prefix('[')?.strip_suffix(']')?;
            (!key.is_empty() && !key.contains(['[', ']'])).then(|| key.to_owned())
        };
        let mut map = Tags::new();
        let mut left = Vec::new();
        for (parameter, value) in std::mem::take(&mut self.left) {
            match key_of(&parameter) {
                None => left.push((parameter, value)),
                Some(key) => {
                    if map.insert(key, value).is_some() {
                        self.mistake(&parameter, "invalid_type", "this parameter may be given once");
                    }
                }
            }
        }
        self.left = left;
        map
    }

    /// Notes what is wrong with a parameter.
    pub(crate) fn mistake(&mut self, name: &str, code: &'static str, message: impl Into<String>) {
        self.mistakes.push(FieldError::of(name, code, message));
    }

    fn mistakes(mut self) -> Vec<FieldError> {
        let mut unknown: Vec<&str> = self.left.iter().map(|(name, _)| name.as_str()).collect();
        unknown.dedup();
        let unknown = unknown.into_iter().map(|name| {
            FieldError::new("unrecognized_keys", format!("unrecognized parameter: {name:?}"), Vec::new())
        });
        self.mistakes.extend(unknown);
        self.mistakes
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parameters_are_taken_once_and_what_is_left_is_a_mistake() {
        let mut query =
            QueryReader::new("limit=5&tags[a]=1&tags%5Bb%5D=2&x=1&flag=yes&one=1&one=2&tags[a][b]=3");
        assert_eq!(query.number("limit", 1..=10), Some(5));
        assert_eq!(query.map("tags"), Tags::from([("a".into(), "1".into()), ("b".into(), "2".into())]));
        assert!(!query.flag("flag"));
        assert_eq!(query.text("one"), None);
        assert_eq!(query.required::<u8>("missing"), None);
        let mistakes = query.mistakes();
        let codes: Vec<&str> = mistakes.iter().map(|mistake| mistake.code).collect();
        assert_eq!(
            codes,
            ["invalid_value", "invalid_type", "invalid_type", "unrecognized_keys", "unrecognized_keys"]
        );
    }

    #[test]
    fn numbers_have_their_range() {
        for (text, code) in
            [("0", "too_small"), ("11", "too_big"), ("-1", "invalid_type"), ("a", "invalid_type")]
        {
            let mut query = QueryReader::new(&format!("limit={text}"));
            assert_eq!(query.number("limit", 1..=10), None);
            assert_eq!(query.mistakes().first().unwrap().code, code, "{text}");
        }
    }
}
