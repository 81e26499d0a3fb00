//! TypeScript in: a project's files, read, checked and transpiled to modules that an isolate can run.
//!
//! [`read`] follows `index.ts` to the functions it names, and each function to everything that it imports, packages in
//! `node_modules` included. Nothing here runs any of it: what a function is, its own code says, later.
#![forbid(unsafe_code)]

mod advice;
mod bundle;
mod error;
mod file_names;
mod folder;
mod folder_reading;
mod graph;
mod imports;
mod index;
mod inline_map;
mod large_stack;
pub mod limits;
mod nesting;
mod packages;
mod parse;
mod private;
mod project;
mod reading;
mod realign;
mod resolve;
mod scope_names;
mod selection;
mod source;
mod written_at;

pub use bundle::Bundle;
pub use error::{LoadError, LoadErrorCode, SourcePosition};
pub use file_names::{FIXTURE_ENDING, TESTS};
pub use folder_reading::{FolderReading, ProjectFiles};
pub use index::Folder;
pub use packages::is_of_package;
pub use parse::{NamedText, with_tree, with_trees};
pub use project::{BrokenFunction, Project, ReadFunction, ReadProject, read};
pub use reading::{ReadError, read_stream, read_text};
pub use selection::{ListedFunction, Selection};
pub use source::ProjectSource;
pub use written_at::{WrittenAt, written_at};
