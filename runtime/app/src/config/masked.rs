//! `onevent.toml` as it may be shown: frames show it, and terminals and build logs keep it.

use std::sync::Arc;

/// What a key or a table is called whose values are secrets.
const SECRETS: [&str; 3] = ["secret", "encryption_key", "variables"];
/// What begins and ends a text over several lines.
const MULTI_LINE: [&str; 2] = ["\"\"\"", "'''"];

/// Whether a text is TOML at all.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Syntax {
    /// It is.
    Toml,
    /// It is not, so nobody knows which of it is a secret.
    Broken,
}

/// The text with everything after the `=` of a secret overwritten, byte for byte. Where it is no TOML, lines that are
/// neither headings nor `key = value` are overwritten as a whole.
pub(super) fn mask_secrets(text: &str, syntax: Syntax) -> Arc<str> {
    let mut masked = String::with_capacity(text.len());
    let mut within = Within::default();
    for line in text.split_inclusive('\n') {
        let (open, hidden) = line.split_at(within.secret_from(line, syntax));
        push_without_passwords(&mut masked, open);
        push_hidden(&mut masked, hidden);
    }
    masked.into()
}

fn push_hidden(masked: &mut String, hidden: &str) {
    for character in hidden.chars() {
        if character.is_whitespace() {
            masked.push(character);
        } else {
            masked.extend(std::iter::repeat_n('*', character.len_utf8()));
        }
    }
}

/// What may be shown of a line, but for the passwords in its URLs.
fn push_without_passwords(masked: &mut String, mut open: &str) {
    while let Some((before, url)) = open.split_once("://") {
        masked.push_str(before);
        masked.push_str("://");
        let is_end = |c: char| c.is_whitespace() || c == '"' || c == '\'';
        let (url, after) = url.split_at(url.find(is_end).unwrap_or(url.len()));
        let password = url.rsplit_once('@').and_then(|(user, host)| Some((user.split_once(':')?, host)));
        match password {
            Some(((user, password), host)) => {
                masked.push_str(user);
                masked.push(':');
                push_hidden(masked, password);
                masked.push('@');
                masked.push_str(host);
            }
            None => masked.push_str(url),
        }
        open = after;
    }
    masked.push_str(open);
}

/// What the lines above say about a line.
#[derive(Debug, Default)]
struct Within {
    /// The table of variables, in which every value is a secret.
    variables: bool,
    /// A hidden text that goes on from the line before.
    hidden_text: bool,
}

impl Within {
    /// Where in a line the secret begins; its end where it holds none.
    fn secret_from(&mut self, line: &str, syntax: Syntax) -> usize {
        let from = if self.hidden_text { 0 } else { self.begins_at(line, syntax) };
        let hidden = line.get(from..).unwrap_or_default();
        let marks: usize = MULTI_LINE.iter().map(|mark| hidden.matches(mark).count()).sum();
        self.hidden_text ^= marks % 2 == 1;
        from
    }

    fn begins_at(&mut self, line: &str, syntax: Syntax) -> usize {
        let end = line.len();
        let trimmed = line.trim();
        let named = SECRETS.iter().filter_map(|name| line.find(name)).min();
        let after_name = named.and_then(|name| Some(name + line.get(name..)?.find('=')? + 1));
        if trimmed.starts_with('[') {
            self.variables = trimmed.contains("variables");
            return after_name.unwrap_or(end);
        }
        if trimmed.is_empty() || trimmed.starts_with('#') {
            return end;
        }
        let value = line.find('=').map(|at| at + 1).filter(|at| is_entry(line, *at));
        match (value, syntax) {
            // Also where it goes on from the line before.
            (value, _) if self.variables => value.unwrap_or(0),
            (Some(_), _) | (None, Syntax::Toml) => after_name.unwrap_or(end),
            (None, Syntax::Broken) => 0,
        }
    }
}

/// Whether a key is left of the `=`, and something right of it: an encryption key may end in `=`.
fn is_entry(line: &str, value_at: usize) -> bool {
    let (key, value) = line.split_at(value_at);
    let key = key.trim_end_matches('=').trim();
    let is_key = key.chars().all(|c| c.is_ascii_alphanumeric() || "_-./\"'".contains(c));
    is_key && !key.is_empty() && !value.trim_matches(|c: char| c == '=' || c.is_whitespace()).is_empty()
}

#[cfg(test)]
mod tests {
    use super::*;

    const KEY: &str = "RnmHDT2HkJPJ0YsbBQomuVCuGK7O/EqPCujeruQObbQ=";

    fn shown(text: &str, syntax: Syntax) -> Arc<str> {
        let shown = mask_secrets(text, syntax);
        assert_eq!(shown.len(), text.len(), "places stay what they are");
        shown
    }

    #[test]
    fn a_secret_is_hidden_wherever_its_lines_are_broken() {
        for text in [
            format!("encryption_key = {KEY}"),
            format!("encryption_key = \"{KEY}"),
            format!("encryption_key = [\"{KEY}\"]"),
            format!("encryption_key = \"\"\"\n{KEY}\n"),
            format!("encryption_key = '''\n{KEY}''' x\nother = 1"),
            format!("encryption_key \"{KEY}\""),
            format!("encryption_key: {KEY}"),
            format!("{{ \"encryption_key\": \"{KEY}\" }}"),
            format!("[encryption_key = \"{KEY}\""),
            format!("x = {{ encryption_key = \"{KEY}\" "),
            format!("[variables]\nA = \"\"\"\n{KEY}\n\"\"\""),
            format!("{KEY}\n"),
            format!("{KEY}=\n"),
            format!("key {KEY}"),
        ] {
            let shown = shown(&text, Syntax::Broken);
            for part in KEY.trim_end_matches('=').split('/') {
                assert!(!shown.contains(part), "{text}\n{shown}");
            }
        }
        let valid = format!("encryption_key = \"\"\"\n{KEY}\n\"\"\"\n[limits]\nwall = \"5m\"\n");
        let shown = shown(&valid, Syntax::Toml);
        assert!(!shown.contains("RnmHDT2") && shown.ends_with("[limits]\nwall = \"5m\"\n"), "{shown}");
    }

    #[test]
    fn the_password_of_a_url_is_hidden() {
        let text = "url = \"postgres://app:hun/ter2@db:5432/events\" # https://h/, 'sqlite://a:hunter2@b'\n";
        for syntax in [Syntax::Toml, Syntax::Broken] {
            let shown = shown(text, syntax);
            assert!(
                !shown.contains("ter2") && shown.contains("postgres://app:********@db:5432/events"),
                "{shown}"
            );
        }
        let open = "url = \"https://app.example:8080/a:b\"\n";
        assert_eq!(&*shown(open, Syntax::Toml), open);
    }

    #[test]
    fn what_is_no_secret_stays_readable() {
        let text = "# limits\n[limits]\nwall = 5m\n\n[functions.\"salesforce/check\".limits]\ncpu = \"1s\"\n";
        assert_eq!(&*shown(text, Syntax::Broken), text);
        let list = "[egress]\nallow = [\n  \"127.0.0.0/8\",\n]\n";
        assert_eq!(&*shown(list, Syntax::Toml), list);
    }
}
