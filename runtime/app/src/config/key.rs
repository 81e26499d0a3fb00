//! The name of one setting: a path of segments, written as TOML writes dotted keys.

use std::fmt;

/// A setting's full name: `limits.wall`, `functions."salesforce/setup".limits.cpu`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Key(Vec<String>);

impl Key {
    pub(crate) fn new<S: Into<String>>(segments: impl IntoIterator<Item = S>) -> Self {
        Self(segments.into_iter().map(Into::into).collect())
    }

    /// Reads a dotted key; segments may be quoted with `"` or `'`, as in TOML. Where nothing but dots can
    /// divide, quotes may be left out: `functions.salesforce/setup.limits.cpu`.
    ///
    /// Returns `None` for an empty segment or a quote that does not end.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let mut segments = Vec::new();
        let mut rest = text.trim();
        loop {
            let (segment, after) = match rest.chars().next()? {
                quote @ ('"' | '\'') => {
                    let (inner, after) = rest.get(1..)?.split_once(quote)?;
                    (inner, after)
                }
                _ => rest.split_at(rest.find('.').unwrap_or(rest.len())),
            };
            if segment.is_empty() {
                return None;
            }
            segments.push(segment.to_owned());
            if after.is_empty() {
                return Some(Self(segments));
            }
            rest = after.strip_prefix('.')?;
        }
    }

    pub(crate) fn segments(&self) -> &[String] {
        &self.0
    }

    /// This key with one segment more.
    pub(crate) fn child(&self, segment: &str) -> Self {
        let mut segments = self.0.clone();
        segments.push(segment.to_owned());
        Self(segments)
    }

    /// This key with its segment at `index` replaced.
    pub(crate) fn with_segment(&self, index: usize, segment: &str) -> Self {
        let mut segments = self.0.clone();
        if let Some(slot) = segments.get_mut(index) {
            segment.clone_into(slot);
        }
        Self(segments)
    }
}

impl fmt::Display for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, segment) in self.0.iter().enumerate() {
            if index > 0 {
                f.write_str(".")?;
            }
            // TOML's rule for keys without quotes.
            if segment.chars().all(|c| c.is_ascii_alphanumeric() || c == '_' || c == '-') {
                f.write_str(segment)?;
            } else {
                write!(f, "\"{segment}\"")?;
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quotes_are_optional_where_only_dots_divide() {
        let quoted = Key::parse(r#"functions."salesforce/setup".limits.cpu"#).unwrap();
        assert_eq!(Key::parse("functions.salesforce/setup.limits.cpu").unwrap(), quoted);
        assert_eq!(Key::parse(&quoted.to_string()).unwrap(), quoted);
        assert_eq!(Key::parse("integrations.'a.b'.base_url").unwrap().segments()[1], "a.b");
        for wrong in ["", ".", "a.", "a..b", "\"a", "\"a\"b", "''"] {
            assert_eq!(Key::parse(wrong), None, "{wrong}");
        }
    }
}
