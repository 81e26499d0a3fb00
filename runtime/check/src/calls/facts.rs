//! What a file says of functions, names and calls, before anything is followed.

use std::collections::{HashMap, HashSet};

use deno_ast::SourcePos;
use deno_ast::swc::ast::Id;

/// What one file says.
#[derive(Debug, Default)]
pub(super) struct FileFacts {
    pub(super) functions: Vec<FunctionFacts>,
    /// Functions by the names that they are declared with.
    pub(super) named: HashMap<Id, usize>,
    /// And by where they begin.
    pub(super) by_start: HashMap<SourcePos, usize>,
    /// Names that are imported from files of the project.
    pub(super) imports: HashMap<Id, Imported>,
    pub(super) exports: HashMap<String, Exported>,
    /// The files of which all exports are this file's, too.
    pub(super) star_exports: Vec<String>,
    /// Names that are a `nango`.
    pub(super) handles: HashSet<Id>,
    /// Names that are a member of `nango`: `const { get } = nango`.
    pub(super) methods: HashMap<Id, String>,
    /// What is a `nango`, or a member of it, where another name is a `nango`.
    pub(super) derived: Vec<Derived>,
    /// What functions are called with.
    pub(super) handed: Vec<Handed>,
    /// Variables that are declared in the file, none of them a parameter.
    pub(super) variables: HashSet<Id>,
    /// Those that begin as an array.
    pub(super) arrays: HashSet<Id>,
    /// Names that other files see.
    pub(super) visible: HashSet<Id>,
}

/// What one function says.
#[derive(Debug)]
pub(super) struct FunctionFacts {
    /// The function that it lies in.
    pub(super) parent: Option<usize>,
    pub(super) kind: FunctionKind,
    pub(super) parameters: Vec<Parameter>,
    /// What is called in it, functions in it left out.
    pub(super) calls: Vec<Called>,
    /// The calls whose values it returns.
    pub(super) returned: Vec<Called>,
}

/// What calling a function gives.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum FunctionKind {
    /// A promise.
    Async,
    /// What it returns.
    Plain,
    /// Something to iterate over.
    Generator,
}

/// A parameter.
#[derive(Debug, Clone)]
pub(super) enum Parameter {
    Name(Id),
    /// The members that it takes of its argument, and their names.
    Members(Vec<(String, Id)>),
    Other,
}

/// What is called.
#[derive(Debug, Clone)]
pub(super) enum Called {
    /// `name()`
    Name(Id),
    /// `name.member()`
    Member(Id, String),
    /// A member of what is certainly a `nango`: `this.nango.get()`.
    OfNango(String),
}

/// What follows from a name being a `nango`.
#[derive(Debug)]
pub(super) enum Derived {
    /// Another name is one.
    Alias { of: Id, name: Id },
    /// Another name is a member of it.
    Member { of: Id, member: String, name: Id },
}

/// An argument of a call.
#[derive(Debug)]
pub(super) struct Handed {
    pub(super) to: Called,
    pub(super) index: usize,
    pub(super) what: Argument,
}

/// What is handed on.
#[derive(Debug)]
pub(super) enum Argument {
    /// What a name stands for.
    Name(Id),
    /// Certainly a `nango`.
    Nango,
}

/// A name that is imported.
#[derive(Debug, Clone)]
pub(super) struct Imported {
    pub(super) file: String,
    pub(super) what: ImportedName,
}

/// What of the other file it is.
#[derive(Debug, Clone)]
pub(super) enum ImportedName {
    Export(String),
    Namespace,
}

/// What a file exports by a name.
#[derive(Debug, Clone)]
pub(super) enum Exported {
    Name(Id),
    Function(usize),
    /// An export of another file.
    From(String, String),
}
