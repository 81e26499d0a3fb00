//! Secrets that a test plants, and looking for them in whatever spelling.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use aho_corasick::AhoCorasick;
use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE};

/// A secret and its name.
#[derive(Debug, Clone)]
pub(super) struct Planted {
    pub(super) name: &'static str,
    needles: Vec<(&'static str, Vec<u8>)>,
}

impl Planted {
    pub(super) fn new(name: &'static str, secret: impl AsRef<[u8]>) -> Self {
        Self { name, needles: spellings(secret.as_ref()) }
    }

    /// All its spellings, as somebody would write them down.
    pub(super) fn written(&self) -> Vec<(&'static str, &[u8])> {
        self.needles.iter().map(|(spelling, needle)| (*spelling, needle.as_slice())).collect()
    }
}

pub(super) fn holds(bytes: &[u8], needle: &str) -> bool {
    AhoCorasick::new([needle]).unwrap().is_match(bytes)
}

fn spellings(secret: &[u8]) -> Vec<(&'static str, Vec<u8>)> {
    let hex: String = secret.iter().map(|byte| format!("{byte:02x}")).collect();
    let mut all =
        vec![("raw", secret.to_vec()), ("hex", hex.clone().into()), ("HEX", hex.to_uppercase().into())];
    // Within a longer text base64 depends on how many bytes are before it; what its neighbours share with it is left out.
    for (spelling, engine) in [("base64", &STANDARD), ("base64url", &URL_SAFE)] {
        for before in 0..3_usize {
            let padded = [vec![b'x'; before], secret.to_vec()].concat();
            let encoded = engine.encode(&padded);
            let (from, to) = (before.div_ceil(3) * 4, padded.len() / 3 * 4);
            all.push((spelling, encoded[from..to].into()));
        }
    }
    if let Ok(text) = std::str::from_utf8(secret) {
        let percent = |kept: &str, escape: fn(u8) -> String| {
            let spelled = |byte: u8| match byte.is_ascii_alphanumeric() || kept.as_bytes().contains(&byte) {
                true => char::from(byte).to_string(),
                false => escape(byte),
            };
            text.bytes().map(spelled).collect::<String>()
        };
        let upper = |byte| format!("%{byte:02X}");
        let lower = |byte| format!("%{byte:02x}");
        let quoted = serde_json::Value::from(text).to_string();
        let json = quoted.trim_matches('"').to_owned();
        let ascii = |character: char| match character.is_ascii() {
            true => character.to_string(),
            false => {
                character.encode_utf16(&mut [0; 2]).iter().map(|unit| format!("\\u{unit:04x}")).collect()
            }
        };
        let ascii: String = json.chars().map(ascii).collect();
        all.push(("percent", percent("-_.!~*'()", upper).into()));
        all.push(("percent, lower case", percent("-_.~", lower).into()));
        all.push(("form", percent("-_.*", upper).into()));
        all.push(("JSON", json.clone().into()));
        all.push(("JSON in JSON", serde_json::Value::from(json).to_string().trim_matches('"').into()));
        all.push(("JSON in ASCII", ascii.into()));
    }
    all
}

/// Looks for all of them at once.
pub(super) struct Search {
    needles: AhoCorasick,
    names: Vec<(&'static str, &'static str)>,
}

impl Search {
    pub(super) fn new(planted: &[Planted]) -> Self {
        let all = || {
            planted
                .iter()
                .flat_map(|one| one.needles.iter().map(|(spelling, needle)| (one.name, *spelling, needle)))
        };
        Self {
            needles: AhoCorasick::new(all().map(|(_, _, needle)| needle)).unwrap(),
            names: all().map(|(name, spelling, _)| (name, spelling)).collect(),
        }
    }

    /// What is found in a place.
    pub(super) fn look(&self, place: &str, bytes: &[u8]) -> Vec<String> {
        let found: BTreeSet<_> = self
            .needles
            .find_overlapping_iter(bytes)
            .map(|found| {
                let (name, spelling) = self.names[found.pattern().as_usize()];
                format!("{name} in {place}: {spelling}")
            })
            .collect();
        found.into_iter().collect()
    }
}

/// Every file beneath a folder, by its whole path, and its bytes.
pub(super) fn files(folder: &Path) -> Vec<(PathBuf, Vec<u8>)> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let kind = std::fs::symlink_metadata(&path).unwrap().file_type();
        match (kind.is_dir(), kind.is_file()) {
            (true, _) => found.extend(files(&path)),
            // What has gone meanwhile is nothing that was left.
            (_, true) => found.extend(std::fs::read(&path).ok().map(|bytes| (path, bytes))),
            _ => {}
        }
    }
    found
}

#[test]
fn every_spelling_is_found_also_within_a_longer_text() {
    let secret = "s3cr3t/+=\"\\é-Planted-0123456789";
    let planted = Planted::new("it", secret);
    let search = Search::new(std::slice::from_ref(&planted));
    for (spelling, written) in planted.written() {
        let found = search.look("a file", &[b"before ", written, b" after"].concat());
        assert!(found.iter().any(|found| found.ends_with(spelling)), "{spelling}: {found:?}");
    }
    for before in ["", "u:", "user:", "ada:"] {
        let basic = STANDARD.encode(format!("{before}{secret}:after"));
        let found = search.look("a header", basic.as_bytes());
        assert!(found.iter().any(|found| found.contains("base64")), "{before}: {found:?}");
    }
    let found = search.look("a file", b"s3cr3t but another one, Planted-012345678");
    assert!(found.is_empty(), "{found:?}");
}
