//! `${now}`, `${now:FORMAT}` and `${now+N:unit:FORMAT}`, with the format letters of dayjs, in UTC.

use jiff::civil::DateTime;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};

const MONTHS: [&str; 12] = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
];
const WEEKDAYS: [&str; 7] = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"];

/// Longest first, so that `MMM` is not read as `MM` and `M`.
const TOKENS: [&str; 21] = [
    "YYYY", "MMMM", "dddd", "MMM", "ddd", "SSS", "YY", "MM", "DD", "HH", "hh", "mm", "ss", "ZZ", "M", "D",
    "H", "m", "s", "Z", "A",
];

/// The value of a placeholder that starts with `now`; `None` where it is none of the three forms.
pub(super) fn now(placeholder: &str, now: Timestamp) -> Option<String> {
    let rest = placeholder.strip_prefix("now")?;
    if rest.is_empty() {
        return Some(format(now, "YYYY-MM-DD[T]HH:mm:ss.SSS[Z]"));
    }
    if let Some(pattern) = rest.strip_prefix(':') {
        return Some(format(now, pattern));
    }
    let mut parts = rest.splitn(3, ':');
    let amount: i64 = parts.next()?.parse().ok()?;
    let unit = match parts.next()?.trim_end_matches('s') {
        "second" => SignedDuration::from_secs(1),
        "minute" => SignedDuration::from_mins(1),
        "hour" => SignedDuration::from_hours(1),
        "day" => SignedDuration::from_hours(24),
        _ => return None,
    };
    let offset = unit.checked_mul(i32::try_from(amount).ok()?)?;
    let at = now.checked_add(offset).ok()?;
    Some(format(at, parts.next().unwrap_or("YYYY-MM-DD[T]HH:mm:ss.SSS[Z]")))
}

fn format(at: Timestamp, pattern: &str) -> String {
    match pattern {
        "X" => return at.as_second().to_string(),
        "x" => return at.as_millisecond().to_string(),
        _ => {}
    }
    let date = at.to_zoned(TimeZone::UTC).datetime();
    let mut text = String::new();
    let mut rest = pattern;
    while let Some(first) = rest.chars().next() {
        if let Some((literal, after)) = rest.strip_prefix('[').and_then(|inner| inner.split_once(']')) {
            text.push_str(literal);
            rest = after;
        } else if let Some((token, after)) =
            TOKENS.iter().find_map(|token| rest.strip_prefix(token).map(|after| (*token, after)))
        {
            text.push_str(&element(token, date));
            rest = after;
        } else {
            text.push(first);
            rest = rest.get(first.len_utf8()..).unwrap_or_default();
        }
    }
    text
}

fn element(token: &str, date: DateTime) -> String {
    let name = |names: &[&str], number: i8, letters: usize| -> String {
        let index = usize::try_from(number - 1).unwrap_or_default();
        names.get(index).unwrap_or(&"").chars().take(letters).collect()
    };
    let weekday = date.weekday().to_monday_one_offset();
    let half = |hour: i8| if hour % 12 == 0 { 12 } else { hour % 12 };
    match token {
        "YYYY" => format!("{:04}", date.year()),
        "YY" => format!("{:02}", date.year() % 100),
        "MMMM" => name(&MONTHS, date.month(), usize::MAX),
        "MMM" => name(&MONTHS, date.month(), 3),
        "MM" => format!("{:02}", date.month()),
        "M" => date.month().to_string(),
        "DD" => format!("{:02}", date.day()),
        "D" => date.day().to_string(),
        "dddd" => name(&WEEKDAYS, weekday, usize::MAX),
        "ddd" => name(&WEEKDAYS, weekday, 3),
        "HH" => format!("{:02}", date.hour()),
        "H" => date.hour().to_string(),
        "hh" => format!("{:02}", half(date.hour())),
        "mm" => format!("{:02}", date.minute()),
        "m" => date.minute().to_string(),
        "ss" => format!("{:02}", date.second()),
        "s" => date.second().to_string(),
        "SSS" => format!("{:03}", date.millisecond()),
        "A" => if date.hour() < 12 { "AM" } else { "PM" }.to_owned(),
        "Z" => "+00:00".to_owned(),
        "ZZ" => "+0000".to_owned(),
        other => other.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_forms_of_now_give_what_dayjs_gives() {
        let at: Timestamp = "2026-08-07T05:04:03.021Z".parse().unwrap();
        let shown = |placeholder: &str| now(placeholder, at);
        assert_eq!(shown("now").as_deref(), Some("2026-08-07T05:04:03.021Z"));
        assert_eq!(shown("now:X").as_deref(), Some("1786079043"));
        assert_eq!(shown("now:x").as_deref(), Some("1786079043021"));
        assert_eq!(shown("now:YYYYMMDDTHHmmss[Z]").as_deref(), Some("20260807T050403Z"));
        assert_eq!(
            shown("now:ddd, DD MMM YYYY HH:mm:ss ZZ").as_deref(),
            Some("Fri, 07 Aug 2026 05:04:03 +0000")
        );
        assert_eq!(shown("now+1:minutes:X").as_deref(), Some("1786079103"));
        assert_eq!(shown("now+1:fortnights:X"), None);
        assert_eq!(shown("nowhere"), None);
    }
}
