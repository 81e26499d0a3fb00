//! Names of functions and integrations.

use super::file::File;
use crate::code::Code;
use crate::finding::Finding;

/// The longest name that Nango keeps.
const LONGEST: usize = 255;

pub(super) fn check(file: &File<'_>, entries: &[String], found: &mut Vec<Finding>) {
    let Some(path) = Path::of(file.path) else { return };
    let mut refused = |message: String, next: &str| {
        found.push(Finding::new(Code::NangoFunctionName, file.beginning(), message, next));
    };
    if !is_name(path.name, "_-") {
        let message = format!("Nango does not take `{}` as the name of a function", path.name);
        refused(message, "rename the file: letters, digits, `_` and `-`");
    }
    if !is_name(path.integration, "~:.@ _-") {
        let message = format!("Nango does not take `{}` as the name of an integration", path.integration);
        refused(message, "rename the folder: letters, digits and `~:.@ _-`");
    }
    let same = entries.iter().filter_map(|other| Path::of(other)).find(|other| {
        other.folder != path.folder && other.integration == path.integration && other.name == path.name
    });
    if let Some(other) = same {
        let message =
            format!("`{}/{}` has the same name, and Nango keeps one file for both", other.folder, other.name);
        refused(message, "rename one of them");
    }
}

fn is_name(name: &str, beside: &str) -> bool {
    (1..=LONGEST).contains(&name.len())
        && name.chars().all(|letter| letter.is_ascii_alphanumeric() || beside.contains(letter))
}

/// What a function's path says.
struct Path<'a> {
    integration: &'a str,
    folder: &'a str,
    name: &'a str,
}

impl<'a> Path<'a> {
    fn of(path: &'a str) -> Option<Self> {
        let mut parts = path.split('/');
        let (integration, folder, file) = (parts.next()?, parts.next()?, parts.next()?);
        let name = file.rsplit_once('.').map_or(file, |(name, _)| name);
        Some(Self { integration, folder, name })
    }
}
