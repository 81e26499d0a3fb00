//! What a function's default export says about it.

use std::sync::Arc;

use onevent_contract::{Event, Function, FunctionKind, MAX_MESSAGE_BYTES, Schema, cut_copy, limit_met};
use onevent_ops::project_frames;
use onevent_source::{Folder, LoadError, LoadErrorCode, ReadFunction};
use serde::Deserialize;
use serde_json::Value;

use crate::isolate::{Interrupted, StopReason};
use crate::limits::{LOAD_LIMITS, MAX_DECLARED_BYTES};
use crate::schema;

/// The longest description that is kept, in bytes.
const MAX_DESCRIPTION_BYTES: usize = 4 * 1024;

const OLD_EXPORT_ADVICE: &str = "Nango's `npx nango migrate-to-zero-yaml` turns a project with a nango.yaml into one whose functions are \
     made by createAction() and createOnEvent()";

#[derive(Deserialize)]
struct Description {
    ok: Option<Described>,
    problem: Option<Problem>,
}

#[derive(Deserialize)]
struct Described {
    description: Option<String>,
    metadata: Value,
    #[serde(flatten)]
    kind: DescribedKind,
}

#[derive(Deserialize)]
#[serde(tag = "type", rename_all = "camelCase")]
enum DescribedKind {
    OnEvent { event: String },
    Action { input: Value, output: Value },
}

#[derive(Deserialize)]
struct Problem {
    code: String,
    message: String,
}

/// The loaded function, from its files and what the SDK said about its default export. What is wrong with that export is
/// wrong where it stands.
pub(crate) fn describe(
    read: &ReadFunction,
    end: Result<&str, Interrupted>,
) -> Result<Arc<Function>, LoadError> {
    described(read, end).map_err(|error| match (&error.position, error.code) {
        (None, LoadErrorCode::Engine | LoadErrorCode::ModuleStopped | LoadErrorCode::ModuleThrew)
        | (Some(_), _) => error,
        (None, _) => match read.default_export() {
            Some(position) => error.at(position),
            None => error,
        },
    })
}

fn described(read: &ReadFunction, end: Result<&str, Interrupted>) -> Result<Arc<Function>, LoadError> {
    let text = end.map_err(|interrupted| interrupted_load(read, interrupted))?;
    if text.len() > MAX_DECLARED_BYTES {
        return Err(too_much(&read.path, text.len() as u64));
    }
    let description: Description = serde_json::from_str(text)
        .map_err(|error| LoadError::new(LoadErrorCode::InvalidExport, format!("{}: {error}", read.path)))?;
    let described = match (description.ok, description.problem) {
        (Some(described), _) => described,
        (None, Some(problem)) => return Err(problem_load(read, problem)),
        (None, None) => {
            return Err(LoadError::new(
                LoadErrorCode::InvalidExport,
                format!("{}: no description", read.path),
            ));
        }
    };
    Ok(Arc::new(Function {
        key: read.key.clone(),
        kind: kind(read, described.kind)?,
        description: described.description.map(shortened),
        path: read.path.clone(),
        modules: read.modules.clone(),
        metadata_schema: declared(read, "metadata", described.metadata)?,
    }))
}

fn too_much(path: &str, bytes: u64) -> LoadError {
    let limit = limit_met("declared_bytes", MAX_DECLARED_BYTES, bytes);
    LoadError::new(
        LoadErrorCode::TooLarge,
        format!("{path}: what the function declares is too large ({limit})"),
    )
}

/// A description is for a line of a table.
fn shortened(mut description: String) -> String {
    if description.len() > MAX_DESCRIPTION_BYTES {
        description.truncate(description.floor_char_boundary(MAX_DESCRIPTION_BYTES));
        description.push('…');
    }
    description
}

/// What calls the function. Its code says so, and must lie where such functions do.
fn kind(read: &ReadFunction, described: DescribedKind) -> Result<FunctionKind, LoadError> {
    match (described, read.folder) {
        (DescribedKind::OnEvent { event }, Folder::OnEvents) => {
            let known = Event::from_name(&event).ok_or_else(|| {
                let message = format!("{}: `{event}` is not a lifecycle event", read.path);
                LoadError::new(LoadErrorCode::UnknownEvent, message)
            })?;
            Ok(FunctionKind::Event(known))
        }
        (DescribedKind::Action { input, output }, Folder::Actions) => Ok(FunctionKind::Action {
            input: declared(read, "input", input)?,
            output: declared(read, "output", output)?,
        }),
        (DescribedKind::OnEvent { .. }, _) => Err(wrong_folder(read, "an event function", Folder::OnEvents)),
        (DescribedKind::Action { .. }, _) => Err(wrong_folder(read, "an action", Folder::Actions)),
    }
}

fn wrong_folder(read: &ReadFunction, what: &str, right: Folder) -> LoadError {
    let message = format!("{} exports {what}, and lies in `{}`", read.path, read.folder.as_str());
    let hint = format!("move it to `{}/{}/`", read.key.integration, right.as_str());
    LoadError::new(LoadErrorCode::WrongFolder, message).hint(hint)
}

/// One of the declared schemas, compiled; `null` is none.
fn declared(
    read: &ReadFunction,
    field: &'static str,
    json_schema: Value,
) -> Result<Option<Schema>, LoadError> {
    if json_schema.is_null() {
        return Ok(None);
    }
    let check = schema::compile(&json_schema).map_err(|error| {
        let message = format!("{}: the JSON Schema of `{field}` cannot be compiled: {error}", read.path);
        let code = match field {
            "input" => LoadErrorCode::InvalidInputSchema,
            "output" => LoadErrorCode::InvalidOutputSchema,
            _ => LoadErrorCode::InvalidMetadataSchema,
        };
        LoadError::new(code, message)
    })?;
    Ok(Some(Schema::new(json_schema, check)))
}

fn problem_load(read: &ReadFunction, problem: Problem) -> LoadError {
    let code = match problem.code.as_str() {
        "unknown_event" => LoadErrorCode::UnknownEvent,
        "invalid_metadata_schema" => LoadErrorCode::InvalidMetadataSchema,
        "invalid_input_schema" => LoadErrorCode::InvalidInputSchema,
        "invalid_output_schema" => LoadErrorCode::InvalidOutputSchema,
        "unsupported_function_type" => LoadErrorCode::UnsupportedFunctionType,
        "old_export" => LoadErrorCode::OldExport,
        _ => LoadErrorCode::InvalidExport,
    };
    let error =
        LoadError::new(code, format!("{}: {}", read.path, cut_copy(&problem.message, MAX_MESSAGE_BYTES)));
    match code {
        LoadErrorCode::OldExport => error.hint(OLD_EXPORT_ADVICE),
        _ => error,
    }
}

fn interrupted_load(read: &ReadFunction, interrupted: Interrupted) -> LoadError {
    let path = &read.path;
    let stopped = |what: &str| {
        LoadError::new(LoadErrorCode::ModuleStopped, format!("{path}: code outside `exec` {what}"))
            .hint("only `exec` should do work: code outside of it runs at every load")
    };
    match interrupted {
        Interrupted::Threw(error) => {
            let frames = project_frames(&error);
            let text = |file: &str| read.source.read(file).ok();
            let message = format!(
                "code outside `exec` threw: {}",
                cut_copy(&error.exception_message, MAX_MESSAGE_BYTES)
            );
            LoadError::new(LoadErrorCode::ModuleThrew, message).at_frame(frames.first(), text)
        }
        Interrupted::Stopped(StopReason::Wall) => {
            let limit = limit_met("load_wall", format!("{:?}", LOAD_LIMITS.wall), "more");
            stopped(&format!("took longer than a load may take ({limit})"))
        }
        Interrupted::Stopped(StopReason::Cpu { used }) => {
            let limit = limit_met("load_cpu", format!("{:?}", LOAD_LIMITS.cpu), format!("{used:?}"));
            stopped(&format!("used more CPU time than a load may use ({limit})"))
        }
        Interrupted::Stopped(StopReason::Heap | StopReason::ArrayBuffers) => {
            let limit = limit_met("load_heap", LOAD_LIMITS.heap_bytes, "more");
            stopped(&format!("used more memory than a load may use ({limit})"))
        }
        Interrupted::Stopped(StopReason::Cancelled | StopReason::IsolateLost) => stopped("was cancelled"),
        Interrupted::Crashed(message) => stopped(&format!("ended its process: {message}")),
        Interrupted::NeverSettled => stopped("awaits a promise that nothing can settle"),
        Interrupted::HostFailed(message) | Interrupted::Engine(message) => {
            LoadError::new(LoadErrorCode::Engine, format!("{path}: {message}"))
        }
        Interrupted::DeclaredTooMuch(bytes) => too_much(path, bytes),
        // Only runs are refused.
        Interrupted::Refused(error) => {
            LoadError::new(LoadErrorCode::Engine, format!("{path}: {}", error.message))
        }
    }
}
