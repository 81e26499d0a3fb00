//! The nearest known name to one that is not known.

/// The candidate that `given` was most likely meant to be; `None` when all are too far away.
///
/// A third of the letters may differ (at least two), swapped neighbours count as one difference.
pub fn nearest<'a>(given: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let most = (given.chars().count() / 3).max(2);
    candidates
        .into_iter()
        .map(|candidate| (strsim::damerau_levenshtein(given, candidate), candidate))
        .filter(|(distance, candidate)| *distance <= most && *distance < candidate.chars().count())
        .min()
        .map(|(_, candidate)| candidate)
}

/// The hint for a name that is not known: the nearest one, else all of them (up to ten), else nothing.
pub fn hint<'a>(given: &str, candidates: impl IntoIterator<Item = &'a str> + Clone) -> Option<String> {
    if let Some(found) = nearest(given, candidates.clone()) {
        return Some(format!("did you mean `{found}`?"));
    }
    let all: Vec<&str> = candidates.into_iter().take(11).collect();
    (1..=10).contains(&all.len()).then(|| format!("known: {}", all.join(", ")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_nearest_name_is_found_and_a_far_one_is_not() {
        assert_eq!(nearest("limist", ["egress", "limits"]), Some("limits"));
        assert_eq!(nearest("x", ["egress", "limits"]), None);
        assert_eq!(nearest("id", ["ab"]), None, "a name of which nothing fits is no suggestion");
        assert_eq!(hint("zzz", ["egress", "limits"]).as_deref(), Some("known: egress, limits"));
        assert_eq!(hint("zzz", []), None);
    }
}
