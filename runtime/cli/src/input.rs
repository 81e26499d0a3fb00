//! JSON that a person hands in: as text, from a file, from standard input.

use std::io;
use std::path::Path;
use std::sync::Arc;

use onevent_contract::JsonObject;
use serde_json::Value;

use crate::failure::Failure;
use onevent_app::{Location, ReadError, read_stream, read_text};

/// The largest file that is read, in bytes: far above what a connection holds.
const MAX_BYTES: u64 = 10 * 1024 * 1024;

/// Whether an input's text may appear in an error.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Secrecy {
    /// It may be shown in a code frame.
    Open,
    /// It holds credentials.
    Secret,
}

/// Reads the JSON of a flag that only takes `@FILE` and `@-`: its content must not stand on a command line,
/// where other users and shell histories can read it.
///
/// # Errors
/// `secret_on_command_line` when the value does not start with `@`; it is not repeated in the message.
pub(crate) async fn secret_file(flag: &str, value: &str, directory: &Path) -> Result<Value, Failure> {
    let Some(file) = value.strip_prefix('@') else {
        let message = format!("{flag} takes a file, because command lines can be read by others");
        return Err(Failure::usage("secret_on_command_line", message)
            .hint(format!("write {flag} @FILE, or {flag} @- to read from standard input")));
    };
    parse(flag, &read(flag, file, directory).await?, &shown_name(file), Secrecy::Secret)
}

/// Reads any JSON: the text itself, `@FILE` or `@-`.
///
/// # Errors
/// The file cannot be read, or is no JSON.
pub(crate) async fn value(flag: &str, value: &str, directory: &Path) -> Result<Value, Failure> {
    let (text, name) = match value.strip_prefix('@') {
        Some(file) => (read(flag, file, directory).await?, shown_name(file)),
        None => (value.to_owned(), flag.to_owned()),
    };
    parse(flag, &text, &name, Secrecy::Open)
}

/// Reads a JSON object: the text itself, `@FILE` or `@-`.
///
/// # Errors
/// The file cannot be read, is no JSON, or no object.
pub(crate) async fn object(flag: &str, text: &str, directory: &Path) -> Result<JsonObject, Failure> {
    match value(flag, text, directory).await? {
        Value::Object(object) => Ok(object),
        _ => Err(Failure::usage("invalid_json", format!("{flag} must be a JSON object"))
            .hint("for example '{\"organizationId\": \"00D1\"}', or @FILE")),
    }
}

/// Makes sure that at most one of these flags reads standard input: whoever came second would find nothing there.
///
/// # Errors
/// `standard_input_twice`, with both flags.
pub(crate) fn one_from_stdin(flags: &[(&str, Option<&str>)]) -> Result<(), Failure> {
    let reading: Vec<&str> =
        flags.iter().filter(|(_, value)| *value == Some("@-")).map(|(flag, _)| *flag).collect();
    match reading.as_slice() {
        [] | [_] => Ok(()),
        several => {
            let message = format!("only one of {} can be @-", several.join(" and "));
            Err(Failure::usage("standard_input_twice", message).hint("read one of them from a file: @FILE"))
        }
    }
}

/// Reads `key=value` pairs into an object of texts.
///
/// # Errors
/// A pair without `=`, or without a key.
pub(crate) fn pairs(flag: &str, pairs: &[String]) -> Result<JsonObject, Failure> {
    let mut object = JsonObject::new();
    for pair in pairs {
        match pair.split_once('=') {
            Some((key, value)) if !key.is_empty() => {
                object.insert(key.to_owned(), Value::String(value.to_owned()));
            }
            _ => {
                return Err(Failure::usage("invalid_pair", format!("{flag} needs KEY=VALUE"))
                    .hint(format!("for example {flag} instance_url=https://acme.example.com")));
            }
        }
    }
    Ok(object)
}

fn shown_name(file: &str) -> String {
    if file == "-" { "<stdin>".into() } else { file.to_owned() }
}

async fn read(flag: &str, file: &str, directory: &Path) -> Result<String, Failure> {
    let path = (file != "-").then(|| directory.join(file));
    // On a thread of its own: standard input may keep it waiting, and Ctrl-C must not wait with it.
    let read = tokio::task::spawn_blocking(move || match path {
        Some(path) => read_text(&path, MAX_BYTES),
        None => read_stream(std::io::stdin().lock(), MAX_BYTES),
    });
    let text = read.await.unwrap_or_else(|error| Err(io::Error::other(error).into()));
    text.map_err(|error| {
        let message = format!("{flag}: {} cannot be read: {error}", shown_name(file));
        let failure = Failure::usage("unreadable_file", message);
        // Whoever names a pipe has something to pipe.
        let is_pipe = matches!(error, ReadError::Special(_));
        failure.hint_if(is_pipe.then(|| format!("{flag} @- reads from standard input")))
    })
}

fn parse(flag: &str, text: &str, name: &str, secrecy: Secrecy) -> Result<Value, Failure> {
    // Editors on Windows begin a file with a byte order mark; JSON has none.
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    serde_json::from_str(text).map_err(|error| {
        let full = error.to_string();
        // The place is shown on its own.
        let message = match full.split(" at line ").next().unwrap_or(&full) {
            _ if error.is_eof() => "it ends too early",
            "expected ident" => "expected `true`, `false` or `null`",
            other => other,
        };
        let failure = Failure::usage("invalid_json", format!("{flag}: {message}"));
        let (line, column) = position(text, &error);
        failure.at(match secrecy {
            Secrecy::Secret => Location::without_text(name, line, column),
            Secrecy::Open => {
                let number = |value| u32::try_from(value).unwrap_or(u32::MAX);
                Location::of_position(name, &Arc::from(text), number(line), number(column))
            }
        })
    })
}

/// Line and column (characters, both from 1) of an error. serde_json counts bytes, and what was missing at a
/// line's end it reports at byte 0 of the line below.
fn position(text: &str, error: &serde_json::Error) -> (usize, usize) {
    let line_of = |line: usize| text.split('\n').nth(line.saturating_sub(1)).unwrap_or_default();
    let place = if error.is_eof() {
        let text = text.trim_end();
        (text.matches('\n').count() + 1, text.len() - text.rfind('\n').map_or(0, |at| at + 1) + 1)
    } else {
        (error.line(), error.column())
    };
    match place {
        (line @ 2.., 0) => (line - 1, line_of(line - 1).trim_end_matches('\r').chars().count() + 1),
        (line, bytes) => {
            let bytes = bytes.saturating_sub(1);
            let before = line_of(line).char_indices().take_while(|(at, _)| *at < bytes).count();
            (line.max(1), before + 1)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_secret_on_the_command_line_is_refused_and_not_repeated() {
        let failure =
            secret_file("--credentials", "{\"access_token\":\"hunter2\"}", Path::new("/")).await.unwrap_err();
        assert_eq!(failure.code, "secret_on_command_line");
        assert!(!format!("{failure:?}").contains("hunter2"));
    }

    #[tokio::test]
    async fn broken_json_is_shown_where_it_is_unless_it_is_secret() {
        let directory = tempfile::tempdir().unwrap();
        std::fs::write(directory.path().join("c.json"), "{\n  \"access_token\": hunter2\n}").unwrap();
        let secret = secret_file("--credentials", "@c.json", directory.path()).await.unwrap_err();
        assert_eq!(secret.location.as_ref().map(|p| p.line), Some(2));
        assert!(!format!("{secret:?}").contains("hunter2"));
        let open = object("--metadata", "@c.json", directory.path()).await.unwrap_err();
        assert!(open.location.unwrap().excerpt.unwrap().text.contains("hunter2"));
        assert_eq!(object("--metadata", "[]", directory.path()).await.unwrap_err().code, "invalid_json");
        assert_eq!(
            object("--metadata", "@none", directory.path()).await.unwrap_err().code,
            "unreadable_file"
        );
    }

    #[tokio::test]
    async fn a_pipe_is_refused_and_not_waited_for() {
        let directory = tempfile::tempdir().unwrap();
        let pipe = directory.path().join("c.json");
        rustix::fs::mknodat(rustix::fs::CWD, &pipe, rustix::fs::FileType::Fifo, rustix::fs::Mode::RUSR, 0)
            .unwrap();
        let failure = secret_file("--credentials", "@c.json", directory.path()).await.unwrap_err();
        assert_eq!((failure.code.as_ref(), failure.exit), ("unreadable_file", crate::exit::ExitCode::Usage));
        assert_eq!(failure.hint.as_deref(), Some("--credentials @- reads from standard input"));
    }

    #[tokio::test]
    async fn a_place_counts_characters_and_is_where_the_reader_looks() {
        let place = async |text: &str| {
            let failure = object("--metadata", text, Path::new("/")).await.unwrap_err();
            failure.location.map(|place| (place.line, place.column)).unwrap()
        };
        assert_eq!(place("{\n  \"b\": tru\n}").await, (2, 11));
        assert_eq!(place("{\"ü\": }").await, (1, 7));
        assert_eq!(place("{\"a\": 1").await, (1, 8));
        assert_eq!(place("").await, (1, 1));
    }

    #[test]
    fn pairs_keep_everything_after_the_first_equals_sign() {
        let object = pairs("--connection-config", &["a=b=c".into(), "d=".into()]).unwrap();
        assert_eq!(Value::Object(object), serde_json::json!({"a": "b=c", "d": ""}));
        assert!(pairs("--connection-config", &["=x".into()]).is_err());
    }
}
