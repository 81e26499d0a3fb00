//! What follows from the facts of all files: which names are a `nango`, and which functions give a promise of its calls.

use std::collections::{HashMap, HashSet};

use deno_ast::ParsedSource;
use deno_ast::swc::ast::Id;

use super::facts::{Argument, Called, Derived, Exported, FileFacts, FunctionKind, ImportedName, Parameter};
use super::members::gives_promise;
use super::reader;
use crate::files::Targets;
use crate::limits::MAX_ROUNDS;

/// A function of a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) struct FunctionOf {
    pub(super) file: usize,
    pub(super) function: usize,
}

/// What is known of all files.
#[derive(Debug)]
pub(super) struct ProjectFacts {
    pub(super) files: Vec<FileFacts>,
    by_path: HashMap<String, usize>,
    /// Of each function of each file, whether it calls `nango`, itself or through others.
    calls: Vec<Vec<bool>>,
    /// And whether calling it gives a promise of such a call.
    promises: Vec<Vec<bool>>,
}

impl ProjectFacts {
    pub(super) fn of(files: &[(String, ParsedSource)], targets: &Targets) -> Self {
        let by_path = files.iter().enumerate().map(|(index, (path, _))| (path.clone(), index)).collect();
        let files: Vec<FileFacts> =
            files.iter().map(|(path, parsed)| reader::read(path, parsed, targets)).collect();
        let none: Vec<Vec<bool>> = files.iter().map(|file| vec![false; file.functions.len()]).collect();
        let mut facts = Self { files, by_path, calls: none.clone(), promises: none };
        facts.follow(Self::hand_on);
        facts.follow(Self::find_promises);
        facts
    }

    fn follow(&mut self, step: fn(&mut Self) -> bool) {
        for _ in 0..MAX_ROUNDS {
            if !step(self) {
                return;
            }
        }
    }

    /// The member of `nango` that is called.
    pub(super) fn member_of_nango(&self, file: usize, called: &Called) -> Option<String> {
        let facts = self.files.get(file)?;
        match called {
            Called::OfNango(member) => Some(member.clone()),
            Called::Member(object, member) => facts.handles.contains(object).then(|| member.clone()),
            Called::Name(name) => facts.methods.get(name).cloned(),
        }
    }

    /// The function of the project that is called.
    pub(super) fn function(&self, file: usize, called: &Called) -> Option<FunctionOf> {
        let facts = self.files.get(file)?;
        match called {
            Called::Name(name) => match facts.named.get(name) {
                Some(function) => Some(FunctionOf { file, function: *function }),
                None => {
                    let imported = facts.imports.get(name)?;
                    let ImportedName::Export(export) = &imported.what else { return None };
                    self.exported(*self.by_path.get(&imported.file)?, export, &mut HashSet::new())
                }
            },
            Called::Member(name, member) => {
                let imported = facts.imports.get(name)?;
                let ImportedName::Namespace = &imported.what else { return None };
                self.exported(*self.by_path.get(&imported.file)?, member, &mut HashSet::new())
            }
            Called::OfNango(_) => None,
        }
    }

    /// The function that a file exports by this name; `seen` are those that were asked: files may pass exports on in circles.
    fn exported(&self, file: usize, export: &str, seen: &mut HashSet<(usize, String)>) -> Option<FunctionOf> {
        if !seen.insert((file, export.to_owned())) {
            return None;
        }
        let facts = self.files.get(file)?;
        match facts.exports.get(export) {
            Some(Exported::Function(function)) => Some(FunctionOf { file, function: *function }),
            Some(Exported::Name(name)) => match facts.named.get(name) {
                Some(function) => Some(FunctionOf { file, function: *function }),
                None => {
                    let imported = facts.imports.get(name)?;
                    let ImportedName::Export(export) = &imported.what else { return None };
                    self.exported(*self.by_path.get(&imported.file)?, export, seen)
                }
            },
            Some(Exported::From(path, name)) => self.exported(*self.by_path.get(path)?, name, seen),
            None => facts
                .star_exports
                .iter()
                .find_map(|path| self.exported(*self.by_path.get(path)?, export, seen)),
        }
    }

    /// Whether this function calls `nango`, itself or through others, and gives its promise to who calls it.
    pub(super) fn gives_promise(&self, function: FunctionOf) -> bool {
        is_set(&self.promises, function)
    }

    /// Whether calling this gives a promise of a call of `nango`.
    fn is_promise(&self, file: usize, called: &Called) -> bool {
        if let Some(member) = self.member_of_nango(file, called) {
            return gives_promise(&member);
        }
        self.function(file, called).is_some_and(|function| self.gives_promise(function))
    }

    /// Gives names what they are called with and made of; whether that was news.
    fn hand_on(&mut self) -> bool {
        let mut names: Vec<(usize, Id)> = Vec::new();
        let mut members: Vec<(usize, Id, String)> = Vec::new();
        for (file, facts) in self.files.iter().enumerate() {
            for derived in &facts.derived {
                match derived {
                    Derived::Alias { of, name } if facts.handles.contains(of) => {
                        names.push((file, name.clone()))
                    }
                    Derived::Alias { of, name } => {
                        members
                            .extend(facts.methods.get(of).map(|member| (file, name.clone(), member.clone())));
                    }
                    Derived::Member { of, member, name } if facts.handles.contains(of) => {
                        members.push((file, name.clone(), member.clone()));
                    }
                    Derived::Member { .. } => {}
                }
            }
            for handed in &facts.handed {
                let is_nango = match &handed.what {
                    Argument::Nango => true,
                    Argument::Name(name) => facts.handles.contains(name),
                };
                if !is_nango {
                    continue;
                }
                let Some(to) = self.function(file, &handed.to) else { continue };
                let parameters = self.files.get(to.file).and_then(|facts| facts.functions.get(to.function));
                match parameters.and_then(|function| function.parameters.get(handed.index)) {
                    Some(Parameter::Name(name)) => names.push((to.file, name.clone())),
                    Some(Parameter::Members(taken)) => {
                        let taken = taken.iter().cloned();
                        members.extend(taken.map(|(member, name)| (to.file, name, member)));
                    }
                    Some(Parameter::Other) | None => {}
                }
            }
        }
        let mut news = false;
        for (file, name) in names {
            news |= self.files.get_mut(file).is_some_and(|facts| facts.handles.insert(name));
        }
        for (file, name, member) in members {
            news |= self.files.get_mut(file).is_some_and(|facts| {
                facts.methods.insert(name, member.clone()).is_none_or(|known| known != member)
            });
        }
        news
    }

    /// Finds more functions that call `nango`, and give its promises; whether there were any.
    fn find_promises(&mut self) -> bool {
        let mut calling: Vec<FunctionOf> = Vec::new();
        let mut giving: Vec<FunctionOf> = Vec::new();
        for (file, facts) in self.files.iter().enumerate() {
            for (function, said) in facts.functions.iter().enumerate() {
                let of = FunctionOf { file, function };
                let calls = is_set(&self.calls, of)
                    || said.calls.iter().any(|called| {
                        self.member_of_nango(file, called).is_some_and(|member| gives_promise(&member))
                            || self.function(file, called).is_some_and(|other| is_set(&self.calls, other))
                    });
                let gives = match said.kind {
                    FunctionKind::Async => calls,
                    FunctionKind::Plain => said.returned.iter().any(|called| self.is_promise(file, called)),
                    FunctionKind::Generator => false,
                };
                if calls {
                    calling.push(of);
                    calling.extend(said.parent.map(|function| FunctionOf { file, function }));
                }
                if gives {
                    giving.push(of);
                }
            }
        }
        let mut news = false;
        for function in calling {
            news |= set(&mut self.calls, function);
        }
        for function in giving {
            news |= set(&mut self.promises, function);
        }
        news
    }
}

fn is_set(flags: &[Vec<bool>], at: FunctionOf) -> bool {
    flags.get(at.file).and_then(|file| file.get(at.function)).copied().unwrap_or_default()
}

/// Whether that was news.
fn set(flags: &mut [Vec<bool>], at: FunctionOf) -> bool {
    match flags.get_mut(at.file).and_then(|file| file.get_mut(at.function)) {
        Some(flag) => !std::mem::replace(flag, true),
        None => false,
    }
}
