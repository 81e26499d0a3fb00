//! What the demo looks like. Colours obey `NO_COLOR` and the terminal.

use std::time::Duration;

use anstyle::{AnsiColor, Style};
use serde_json::Value;

use crate::command_output::{CommandOutput, Mismatch, Report};

const TITLE: Style = AnsiColor::Cyan.on_default().bold();
const COMMAND: Style = Style::new().bold();
const GOOD: Style = AnsiColor::Green.on_default();
const BAD: Style = AnsiColor::Red.on_default();
const WARN: Style = AnsiColor::Yellow.on_default();
const DIM: Style = Style::new().dimmed();

/// Commands are padded to this many columns, so that their timings stand in one column.
const COMMAND_COLUMNS: usize = 76;

/// The first lines.
pub(crate) fn opening(base_url: &str, project: &str) {
    anstream::println!(
        "\n{TITLE}onevent{TITLE:#}  the three documented event functions, unchanged, at work\n"
    );
    fact("provider", &format!("{base_url} {DIM}plays Salesforce: identity and webhooks, with state{DIM:#}"));
    fact("project", project);
}

/// A named line.
pub(crate) fn fact(name: &str, value: &str) {
    anstream::println!("  {DIM}{name:<9}{DIM:#} {value}");
}

/// A chapter's heading.
pub(crate) fn chapter(number: usize, title: &str) {
    anstream::println!("\n{TITLE}{number}  {title}{TITLE:#}");
}

/// A command with its runs.
pub(crate) fn answer(answer: &CommandOutput, reports: &[Report]) {
    let took = milliseconds(answer.took);
    let exit = answer.exit.map_or_else(|| "signal".to_owned(), |code| format!("exit {code}"));
    let style = if answer.exit == Some(0) { DIM } else { WARN };
    anstream::println!(
        "   {DIM}${DIM:#} {COMMAND}{:<COMMAND_COLUMNS$}{COMMAND:#} {DIM}{took:>8}{DIM:#}  {style}{exit}{style:#}",
        answer.command
    );
    reports.iter().for_each(report);
}

/// A command that goes on.
pub(crate) fn running(command: &str) {
    anstream::println!(
        "   {DIM}${DIM:#} {COMMAND}{command:<COMMAND_COLUMNS$}{COMMAND:#} {DIM} running{DIM:#}"
    );
}

/// A request to the server.
pub(crate) fn request(method: &str, what: &str, status: u16) {
    let style = if status < 300 { DIM } else { WARN };
    let request = format!("{method} {what}");
    anstream::println!(
        "   {DIM}→{DIM:#} {COMMAND}{request:<COMMAND_COLUMNS$}{COMMAND:#} {style}{status:>8}{style:#}"
    );
}

fn report(report: &Report) {
    let (mark, style) = if report.outcome == "succeeded" { ("✓", GOOD) } else { ("✗", BAD) };
    let result = match &report.verdict {
        Some(verdict) if verdict.accepted => "accepted",
        Some(_) => "rejected",
        None => report.outcome.as_str(),
    };
    let dry = if report.mode == "dry" { "  dry run" } else { "" };
    anstream::println!(
        "   {style}{mark} {:<24}{result}{style:#}{DIM}{dry}  {:.1} ms, CPU {:.1} ms, heap {:.1} MB{DIM:#}",
        report.function,
        report.usage.wall_ms,
        report.usage.cpu_ms,
        bytes_to_mb(report.usage.heap_peak_bytes),
    );
    for http in &report.http {
        let status = http.status.map_or_else(|| "no answer".to_owned(), |status| status.to_string());
        let path = http.url.splitn(4, '/').nth(3).unwrap_or_default();
        anstream::println!(
            "       {:<7} /{path} → {status}  {DIM}{:.1} ms{DIM:#}",
            http.method,
            http.duration_ms
        );
    }
    difference(report);
    let rejection = report.verdict.as_ref().and_then(|verdict| verdict.message.as_ref());
    if let Some(message) = rejection.or(report.error.as_ref().map(|error| &error.message)) {
        anstream::println!("       {BAD}{message}{BAD:#}");
    }
    if let Some(frame) = report.error.as_ref().and_then(|error| error.frames.first()) {
        anstream::println!("       {DIM}at {}:{}:{}{DIM:#}", frame.file, frame.line, frame.column);
    }
    for warning in &report.warnings {
        let by = warning.written_by.as_deref().map_or_else(String::new, |by| format!(" (written by {by})"));
        anstream::println!("       {WARN}! {}: {}{by}{WARN:#}", warning.code, warning.keys.join(", "));
        anstream::println!("         {DIM}{}{DIM:#}", warning.message);
    }
}

/// The metadata before and after, key by key.
fn difference(report: &Report) {
    let empty = serde_json::Map::new();
    let before = report.metadata.before.as_object().unwrap_or(&empty);
    let after = report.metadata.after.as_object().unwrap_or(&empty);
    let mut lines: Vec<String> = Vec::new();
    for (key, value) in before.iter().filter(|(key, _)| !after.contains_key(*key)) {
        lines.push(format!("{BAD}- {key} {}{BAD:#}", short(value)));
    }
    for (key, value) in after.iter().filter(|(key, value)| before.get(*key) != Some(*value)) {
        lines.push(format!("{GOOD}+ {key} {}{GOOD:#}", short(value)));
    }
    if !lines.is_empty() {
        let kept = if report.metadata.persisted { "" } else { "  (not stored)" };
        anstream::println!("       metadata  {}{DIM}{kept}{DIM:#}", lines.join("  "));
    }
}

fn short(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), |text| format!("\"{text}\""))
}

/// Something that was checked beside the command.
pub(crate) fn checked(text: &str) {
    anstream::println!("   {GOOD}✓{GOOD:#} {DIM}{text}{DIM:#}");
}

/// Something worth knowing.
pub(crate) fn aside(text: &str) {
    anstream::println!("   {DIM}{text}{DIM:#}");
}

/// The last line.
pub(crate) fn closing(commands: usize, requests: usize, took: Duration) {
    let seconds = took.as_secs_f64();
    anstream::println!(
        "\n{GOOD}All as told:{GOOD:#} {commands} commands and {requests} requests in {seconds:.1} s.\n\
         {DIM}Read the functions in examples/salesforce/on-events, and README.md for your own.{DIM:#}\n"
    );
}

/// What is not as told, with everything that the command printed.
pub(crate) fn mismatch(mismatch: &Mismatch) {
    anstream::eprintln!("\n{BAD}not as told:{BAD:#} {}", mismatch.told);
    if let Some(answer) = &mismatch.answer {
        let exit = answer
            .exit
            .map_or_else(|| "was ended by a signal".to_owned(), |code| format!("exited with {code}"));
        anstream::eprintln!("`{}` {exit}; its standard output:\n{}", answer.command, answer.stdout);
        anstream::eprintln!("its standard error:\n{}", answer.stderr);
    }
}

fn milliseconds(time: Duration) -> String {
    format!("{:.0} ms", time.as_secs_f64() * 1e3)
}

fn bytes_to_mb(bytes: u64) -> f64 {
    // For reading: a heap has far fewer bytes than a float can count.
    u32::try_from(bytes / 1000).map_or(f64::INFINITY, f64::from) / 1000.0
}
