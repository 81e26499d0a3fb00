//! Everything the program prints goes through here: data to standard output, the rest to standard error.

mod change;
mod diff;
mod error_document;
mod finding;
mod frame;
mod run;
mod run_view;
mod schema_version;
mod stream;
mod style;
mod table;
mod width;
mod wire;

use std::borrow::Cow;
use std::io::{self, Write};

use serde::Serialize;
use serde_json::Value;

pub(crate) use self::change::{ChangeView, change_style};
pub(crate) use self::diff::{lines as diff_lines, short};
pub(crate) use self::error_document::{ErrorBody, ErrorDocument};
pub(crate) use self::finding::{FindingDocument, place_of, render as render_finding};
pub(crate) use self::frame::failure as render_failure;
pub(crate) use self::run::{Sources, render as render_run, timings_line, warning_line};
pub(crate) use self::run_view::{RunView, WarningView};
use self::schema_version::SCHEMA_VERSION;
pub(crate) use self::stream::tell;
use self::stream::write_to;
pub(crate) use self::style::{BAD, DIM, GOOD, NAME, WARN, clean, paint, took, when};
pub(crate) use self::table::Table;
pub(crate) use self::width::{command_lines, set_columns, wrap};
pub(crate) use self::wire::WirePrinter;
use crate::exit::ExitCode;
use crate::failure::Failure;

/// For whom the output is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Format {
    /// A person at a terminal.
    Human,
    /// A program: one JSON document.
    Json,
}

/// What the text of an answer is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Layout {
    /// For reading: long lines go on below.
    Prose,
    /// To be copied: it stays as it is.
    Data,
}

/// What a command answers, in both forms.
#[derive(Debug, Clone)]
pub(crate) struct Reply {
    /// The document for `--json`.
    pub(crate) document: Value,
    /// The text for a person, on standard output.
    pub(crate) text: String,
    /// What a person should know beside it, on standard error.
    pub(crate) notes: String,
    /// What went wrong beside it, on standard error.
    pub(crate) errors: String,
    /// What the text is.
    pub(crate) layout: Layout,
    /// How the process ends.
    pub(crate) exit: ExitCode,
}

impl Reply {
    /// A successful answer. `schema_version` is put in front of the document's fields.
    ///
    /// # Errors
    /// When the document cannot be written as JSON: a bug.
    pub(crate) fn new(document: &impl Serialize, text: impl Into<String>) -> Result<Self, Failure> {
        let document = versioned(document)?;
        let (notes, errors) = (String::new(), String::new());
        let (layout, exit) = (Layout::Prose, ExitCode::Ok);
        Ok(Self { document, text: text.into(), notes, errors, layout, exit })
    }

    /// The end of a command that has said everything already.
    pub(crate) fn silent() -> Self {
        let (text, notes, errors) = (String::new(), String::new(), String::new());
        Self { document: Value::Null, text, notes, errors, layout: Layout::Prose, exit: ExitCode::Ok }
    }

    /// Adds a remark for standard error.
    pub(crate) fn note(mut self, text: &str) -> Self {
        self.notes.push_str(text);
        self
    }

    /// Says that the text is to be copied.
    pub(crate) fn data(mut self) -> Self {
        self.layout = Layout::Data;
        self
    }

    /// Adds an error for standard error.
    pub(crate) fn complain(mut self, text: &str) -> Self {
        self.errors.push_str(text);
        self
    }

    /// The same answer, with nothing but results and errors.
    pub(crate) fn quiet(mut self) -> Self {
        self.notes.clear();
        self
    }

    /// The same answer of a command that did its work and then failed: the error, with what it had to say.
    ///
    /// # Errors
    /// When the document cannot be written as JSON: a bug.
    pub(crate) fn failed(self, failure: &Failure) -> Result<Self, Failure> {
        let document = versioned(&ErrorDocument::with_report(failure, &self.document))?;
        let exit = failure.exit;
        Ok(Self { document, exit, ..self }.complain(&render_failure(failure)))
    }

    /// Ends the process with another code than 0.
    pub(crate) fn exit(mut self, exit: ExitCode) -> Self {
        self.exit = exit;
        self
    }
}

fn versioned(document: &impl Serialize) -> Result<Value, Failure> {
    let value = serde_json::to_value(document).map_err(|error| Failure::internal(error.to_string()))?;
    let Value::Object(fields) = value else {
        return Err(Failure::internal("a document must be an object"));
    };
    let mut all = onevent_contract::JsonObject::new();
    all.insert("schema_version".into(), SCHEMA_VERSION.into());
    all.extend(fields);
    Ok(Value::Object(all))
}

/// Prints an answer and says how the process ends.
pub(crate) fn print_reply(format: Format, reply: &Reply) -> ExitCode {
    let written = match format {
        Format::Human => write_to(anstream::stdout().lock(), &laid_out(reply))
            .and_then(|()| write_to(anstream::stderr().lock(), &wrap(&reply.notes)))
            .and_then(|()| write_to(anstream::stderr().lock(), &reply.errors)),
        Format::Json if reply.document.is_null() => Ok(()),
        Format::Json => write_document(&reply.document),
    };
    finish(written, reply.exit)
}

/// The text of an answer, as it is printed.
fn laid_out(reply: &Reply) -> Cow<'_, str> {
    match reply.layout {
        Layout::Prose => wrap(&reply.text).into(),
        Layout::Data => reply.text.as_str().into(),
    }
}

/// Prints one of the lines of a command that goes on: JSON to standard output, or the text for a person to standard error.
///
/// # Errors
/// When it cannot be written.
pub(crate) fn print_line(format: Format, document: &impl Serialize, text: &str) -> io::Result<()> {
    match format {
        Format::Human => write_to(anstream::stderr().lock(), text),
        Format::Json => {
            let document = versioned(document).map_err(io::Error::other)?;
            write_to(io::stdout().lock(), &document.to_string())
        }
    }
}

/// Prints an error and says how the process ends.
pub(crate) fn print_failure(format: Format, failure: &Failure) -> ExitCode {
    let written = match format {
        Format::Human => write_to(anstream::stderr().lock(), &render_failure(failure)),
        Format::Json => write_document(&ErrorDocument::from(failure)),
    };
    finish(written, failure.exit)
}

/// Prints a text as it is: the help.
pub(crate) fn print_text(text: &str) -> ExitCode {
    finish(write_to(anstream::stdout().lock(), text), ExitCode::Ok)
}

/// Prints a text to standard error as it is, ending with `exit`.
pub(crate) fn print_error_text(text: &str, exit: ExitCode) -> ExitCode {
    finish(write_to(anstream::stderr().lock(), text), exit)
}

fn write_document(document: &impl Serialize) -> io::Result<()> {
    let mut text = serde_json::to_string_pretty(document)?;
    text.push('\n');
    // Not through anstream: JSON has no colours, and what looks like one is data.
    let mut stdout = io::stdout().lock();
    stdout.write_all(text.as_bytes())?;
    stdout.flush()
}

/// A reader that went away has read what it wanted; any other error loses output, so the process must not report
/// success, nor that nothing happened. A code that says more than success stays.
fn finish(written: io::Result<()>, exit: ExitCode) -> ExitCode {
    match written {
        Ok(()) => exit,
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => exit,
        Err(error) => {
            let failure = not_written(&error, exit);
            // Where standard error is broken as well, the exit code still tells.
            let _ = write_to(anstream::stderr().lock(), &render_failure(&failure));
            failure.exit
        }
    }
}

fn not_written(error: &io::Error, exit: ExitCode) -> Failure {
    let (exit, message) = match exit {
        ExitCode::Ok => {
            (ExitCode::Unrecorded, format!("the work was done, but its answer could not be written: {error}"))
        }
        told => (told, format!("the answer could not be written: {error}")),
    };
    Failure::new(exit, "output_not_written", message)
        .hint("what the command did, it did; do not repeat it blindly")
}
