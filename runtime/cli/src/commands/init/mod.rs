//! `onevent init`: a project that runs at once.

mod files;
mod next;
mod origin;
mod probes;
mod write;

use onevent_proxy::Providers;
use serde::Serialize;

use self::files::files;
use self::next::{Next, next};
use self::origin::ProviderOrigin;
use self::write::{Existing, FileState, WrittenFile, write};
use crate::args::{GlobalArgs, InitArgs, NewIntegration};
use crate::failure::Failure;
use crate::output::{DIM, GOOD, NAME, Reply, WARN, clean, command_lines, paint, wrap};

/// `docs/schemas/init.json`.
#[derive(Debug, Serialize)]
struct Document<'a> {
    folder: String,
    integration: &'a str,
    /// The provider's template; null where the mock provider stands for it.
    provider: Option<&'a str>,
    files: &'a [WrittenFile],
    /// Commands that work in the folder as it is now.
    next: Vec<&'a str>,
}

/// Makes the project.
pub(crate) fn run(args: &InitArgs, global: &GlobalArgs, current: &std::path::Path) -> Result<Reply, Failure> {
    let named = args.folder.as_ref().or(global.project.as_ref());
    let folder = named.map_or_else(|| current.to_owned(), |folder| current.join(folder));
    let integration = args.integration.clone().unwrap_or_else(NewIntegration::unnamed);
    let providers = Providers::builtin().map_err(|error| Failure::internal(error.to_string()))?;
    let origin = ProviderOrigin::of(&integration, &providers, args.mock_provider);
    let existing = if args.force { Existing::Replaced } else { Existing::Kept };
    let files = write(&folder, &files(&integration, &origin), existing)?;
    let next = next(&integration, &origin, named.map(|folder| folder.as_path()));
    let document = Document {
        folder: folder.display().to_string(),
        integration: integration.as_str(),
        provider: origin.template(),
        files: &files,
        next: next.commands(),
    };
    let reply = Reply::new(&document, text(args, &integration, &files, &next))?;
    // Commands are to be copied.
    Ok(reply.data().note(&notes(&integration, &origin, &files)))
}

fn text(args: &InitArgs, integration: &NewIntegration, files: &[WrittenFile], next: &Next) -> String {
    let mut text = String::new();
    if args.integration.is_none() {
        text.push_str(&format!("No integration was named, so it is `{integration}`.\n"));
    }
    for file in files {
        let path = clean(&file.path);
        text.push_str(&match file.state {
            FileState::Created => format!("{} {path}\n", paint(GOOD, "created  ")),
            FileState::Replaced => format!("{} {path}\n", paint(WARN, "replaced ")),
            FileState::Unchanged => format!("{} {path}\n", paint(DIM, "unchanged")),
            FileState::Kept => {
                format!("{} {path}  {}\n", paint(WARN, "kept     "), paint(DIM, "it was there"))
            }
        });
    }
    let mut text = wrap(&text);
    for part in &next.parts {
        text.push_str(&format!("\n{}\n", paint(NAME, &wrap(&part.title))));
        part.commands.iter().for_each(|command| text.push_str(&command_lines(command)));
    }
    text
}

/// What a person has to know who had files already, or whose provider is known by name only.
fn notes(integration: &NewIntegration, origin: &ProviderOrigin, files: &[WrittenFile]) -> String {
    let kept = |path: &str| files.iter().any(|file| file.path == path && file.state == FileState::Kept);
    let mut notes = String::new();
    if kept("index.ts") {
        let functions =
            origin.functions().map(|name| format!("import './{integration}/on-events/{name}.js';"));
        notes.push_str("note: index.ts was there. For the new functions, add to it:\n");
        functions.for_each(|import| notes.push_str(&format!("  {import}\n")));
    }
    if kept("onevent.toml") {
        notes.push_str(
            "note: onevent.toml was there, and has to say which provider the integration uses; --force replaces\n\
             every file\n",
        );
    }
    if let ProviderOrigin::Template { name, endpoint: probes::Endpoint::Guessed(endpoint), .. } = origin {
        notes.push_str(&format!(
            "note: {endpoint} is a guess. Put the path of {name} there that tells whose account it is\n"
        ));
    }
    notes
}
