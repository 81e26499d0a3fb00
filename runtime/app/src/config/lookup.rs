//! Looking a key up in the table of settings, and what was meant by one that is not in it.

use super::key::Key;
use super::setting::Setting;
use super::table::SETTINGS;
use crate::suggest;

/// What a key, or the beginning of one, is.
pub(super) enum Found {
    /// A setting.
    Setting(&'static Setting),
    /// A table that holds settings.
    Table,
    /// Nothing, with advice.
    Unknown { hint: Option<String> },
}

/// Looks a key up in the table.
pub(super) fn find(key: &Key) -> Found {
    let segments = key.segments();
    for length in 1..=segments.len() {
        let prefix = segments.get(..length).unwrap_or_default();
        if !SETTINGS.iter().any(|setting| setting.starts_with(prefix)) {
            return Found::Unknown { hint: advice(key, length - 1) };
        }
    }
    let whole = SETTINGS
        .iter()
        .find(|setting| setting.starts_with(segments) && setting.pattern().count() == segments.len());
    whole.map_or(Found::Table, Found::Setting)
}

/// Every setting below a table, as people write them.
pub(super) fn below(table: &Key) -> Vec<&'static str> {
    SETTINGS.iter().filter(|s| s.starts_with(table.segments())).map(|s| s.key).collect()
}

/// What could have been meant by a key whose segment at `wrong` fits nothing.
fn advice(key: &Key, wrong: usize) -> Option<String> {
    let before = key.segments().get(..wrong)?;
    let given = key.segments().get(wrong)?;
    let mut siblings: Vec<&str> = SETTINGS
        .iter()
        .filter(|setting| setting.starts_with(before))
        .filter_map(|setting| setting.pattern().nth(wrong))
        .collect();
    siblings.dedup();
    if siblings.is_empty() {
        // A setting's value was taken for a table.
        return Some(format!("`{}` has no parts", Key::new(before.to_vec())));
    }
    match suggest::nearest(given, siblings.iter().copied()) {
        Some(found) => Some(format!("did you mean `{}`?", key.with_segment(wrong, found))),
        None => Some(format!("known here: {}", siblings.join(", "))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn unknown(key: &str) -> String {
        match find(&Key::parse(key).unwrap()) {
            Found::Unknown { hint } => hint.unwrap(),
            Found::Setting(_) | Found::Table => panic!("{key} is known"),
        }
    }

    #[test]
    fn an_unknown_key_is_answered_with_what_was_meant() {
        assert_eq!(unknown("limits.wal"), "did you mean `limits.wall`?");
        assert_eq!(unknown("limit.wall"), "did you mean `limits.wall`?");
        let meant = "did you mean `integrations.salesforce.base_url`?";
        assert_eq!(unknown("integrations.salesforce.baseurl"), meant);
        assert_eq!(unknown("limits.colour"), "known here: wall, cpu, heap");
        assert_eq!(unknown("limits.wall.x"), "`limits.wall` has no parts");
    }
}
