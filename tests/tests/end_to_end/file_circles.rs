//! Arrows between the files of a crate: none leads back to where it came from.
//!
//! A file has an arrow to another one if it names something that the other defines. Who goes through a third file that only
//! passes the name on has no arrow to that one; but a file that passes on what it does not define has one to where it is
//! from, unless it is the crate's root.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use proc_macro2::{TokenStream, TokenTree};
use quote::ToTokens;
use syn::{Attribute, Item, UseTree, Visibility};

/// A module's path inside of its crate; empty for the root.
type Module = Vec<String>;

/// What a file says, as far as arrows go.
#[derive(Default)]
struct File {
    defined: BTreeSet<String>,
    imports: Vec<Import>,
    /// The paths in its code, `self::a::b` as three names.
    mentioned: BTreeSet<Vec<String>>,
}

struct Import {
    path: Vec<String>,
    /// As it is called here; `*` for all.
    name: String,
    is_public: bool,
}

impl File {
    fn parse(text: &str) -> Self {
        let mut file = Self::default();
        file.add_items(syn::parse_file(text).unwrap().items);
        file
    }

    fn add_items(&mut self, items: Vec<Item>) {
        for item in items.into_iter().filter(|item| !is_test(attributes(item))) {
            match &item {
                Item::Use(import) => {
                    let is_public = !matches!(import.vis, Visibility::Inherited);
                    self.add_imports(Vec::new(), &import.tree, is_public);
                    continue;
                }
                Item::Mod(module) if module.content.is_none() => continue,
                Item::Fn(item) => self.define(&item.sig.ident),
                Item::Struct(item) => self.define(&item.ident),
                Item::Enum(item) => self.define(&item.ident),
                Item::Trait(item) => self.define(&item.ident),
                Item::Type(item) => self.define(&item.ident),
                Item::Const(item) => self.define(&item.ident),
                Item::Static(item) => self.define(&item.ident),
                Item::Mod(item) => self.define(&item.ident),
                Item::Macro(item) => item.ident.iter().for_each(|name| self.define(name)),
                _ => {}
            }
            self.add_paths(item.to_token_stream());
        }
    }

    fn define(&mut self, name: &proc_macro2::Ident) {
        self.defined.insert(name.to_string());
    }

    fn add_imports(&mut self, mut path: Vec<String>, tree: &UseTree, is_public: bool) {
        match tree {
            UseTree::Path(step) => {
                path.push(step.ident.to_string());
                self.add_imports(path, &step.tree, is_public);
            }
            UseTree::Group(group) => {
                group.items.iter().for_each(|tree| self.add_imports(path.clone(), tree, is_public));
            }
            UseTree::Name(name) if name.ident == "self" => {
                let name = path.last().cloned().unwrap_or_default();
                self.imports.push(Import { path, name, is_public });
            }
            UseTree::Name(name) => {
                let name = name.ident.to_string();
                path.push(name.clone());
                self.imports.push(Import { path, name, is_public });
            }
            UseTree::Rename(rename) => {
                path.push(rename.ident.to_string());
                self.imports.push(Import { path, name: rename.rename.to_string(), is_public });
            }
            UseTree::Glob(_) => self.imports.push(Import { path, name: "*".to_owned(), is_public }),
        }
    }

    /// Every `a::b` of some tokens, those that are handed to macros included.
    fn add_paths(&mut self, tokens: TokenStream) {
        let (mut path, mut colons) = (Vec::<String>::new(), 0);
        for token in tokens {
            match token {
                TokenTree::Ident(name) => {
                    if colons != 2 {
                        self.mention(&mut path);
                    }
                    path.push(name.to_string());
                    colons = 0;
                }
                TokenTree::Punct(punct) if punct.as_char() == ':' && !path.is_empty() => colons += 1,
                TokenTree::Group(group) => {
                    self.mention(&mut path);
                    self.add_paths(group.stream());
                }
                _ => {
                    self.mention(&mut path);
                    colons = 0;
                }
            }
        }
        self.mention(&mut path);
    }

    fn mention(&mut self, path: &mut Vec<String>) {
        if path.len() > 1 {
            self.mentioned.insert(path.clone());
        }
        path.clear();
    }
}

fn attributes(item: &Item) -> &[Attribute] {
    match item {
        Item::Mod(item) => &item.attrs,
        Item::Use(item) => &item.attrs,
        Item::Fn(item) => &item.attrs,
        _ => &[],
    }
}

fn is_test(attributes: &[Attribute]) -> bool {
    attributes.iter().any(|attribute| {
        attribute.path().is_ident("cfg") && attribute.to_token_stream().to_string().contains("test")
    })
}

/// The files of a crate.
struct Crate(BTreeMap<Module, File>);

impl Crate {
    /// Of a crate's `src`.
    fn read(folder: &Path) -> Self {
        let mut files = BTreeMap::new();
        let mut folders = vec![(folder.to_owned(), Module::new())];
        while let Some((folder, module)) = folders.pop() {
            for entry in std::fs::read_dir(&folder).unwrap() {
                let path = entry.unwrap().path();
                let mut inner = module.clone();
                let name = path.file_stem().unwrap().to_str().unwrap().to_owned();
                if !matches!(name.as_str(), "mod" | "lib" | "main") {
                    inner.push(name);
                }
                if path.is_dir() {
                    folders.push((path, inner));
                } else if path.extension().is_some_and(|ending| ending == "rs") {
                    files.insert(inner, File::parse(&std::fs::read_to_string(&path).unwrap()));
                }
            }
        }
        Self(files)
    }

    /// The path from the root of what `path` means in a module; `None` of what is not of this crate.
    fn absolute(&self, module: &[String], path: &[String]) -> Option<Vec<String>> {
        let (first, rest) = path.split_first()?;
        let mut at = module.to_vec();
        match first.as_str() {
            "crate" => return Some(rest.to_vec()),
            "self" => {}
            "super" => {
                at.pop();
                return match rest.first() {
                    Some(next) if next == "super" => self.absolute(&at, rest),
                    _ => Some([at.as_slice(), rest].concat()),
                };
            }
            _ => at.push(first.clone()),
        }
        if first == "self" || self.0.contains_key(&at) {
            return Some([at.as_slice(), rest].concat());
        }
        let import = self.0.get(module)?.imports.iter().find(|import| import.name == *first)?;
        // What a name stands for does not begin with the same name again, unless it is another crate.
        let starts_elsewhere = import.path.first() != Some(first);
        let target = starts_elsewhere.then(|| self.absolute(module, &import.path)).flatten()?;
        Some([target.as_slice(), rest].concat())
    }

    /// The module that defines what an absolute path names; `None` of a module itself.
    fn home(&self, path: &[String], depth: usize) -> Option<Module> {
        let splits = (0..=path.len()).rev().map(|length| path.split_at(length));
        let (module, rest) = splits.into_iter().find(|(module, _)| self.0.contains_key(*module))?;
        let (name, below) = rest.split_first()?;
        let file = self.0.get(module)?;
        if file.defined.contains(name) || depth == 0 {
            return Some(module.to_vec());
        }
        let found = file.imports.iter().filter(|import| import.name == *name || import.name == "*").find_map(
            |import| {
                let mut target = self.absolute(module, &import.path)?;
                if import.name == "*" {
                    target.push(name.clone());
                }
                target.extend_from_slice(below);
                self.home(&target, depth - 1).filter(|home| home != module)
            },
        );
        found.or_else(|| Some(module.to_vec()))
    }

    /// Which files each file needs.
    fn arrows(&self) -> BTreeMap<&Module, BTreeSet<Module>> {
        let arrows = self.0.iter().map(|(module, file)| {
            let is_root = module.is_empty();
            let imports = file.imports.iter().filter(|import| !(is_root && import.is_public));
            let paths = imports.map(|import| &import.path).chain(&file.mentioned);
            let homes = paths.filter_map(|path| self.home(&self.absolute(module, path)?, 9));
            (module, homes.filter(|home| home != module).collect())
        });
        arrows.collect()
    }

    /// The files that are in a circle, or between two of them, with what they need of each other.
    fn circles(&self) -> Vec<String> {
        let mut left = self.arrows();
        loop {
            let needed: BTreeSet<Module> = left.values().flatten().cloned().collect();
            let names: BTreeSet<Module> = left.keys().map(|module| (*module).clone()).collect();
            let before = left.len();
            left.retain(|module, needs| {
                needed.contains(*module) && needs.iter().any(|need| names.contains(need))
            });
            if left.len() == before {
                break;
            }
        }
        let names: BTreeSet<Module> = left.keys().map(|module| (*module).clone()).collect();
        let line = |(module, needs): (&Module, BTreeSet<Module>)| {
            let needs: Vec<String> = needs.intersection(&names).map(|need| need.join("::")).collect();
            format!("{} needs {}", module.join("::"), needs.join(", "))
        };
        left.into_iter().map(line).collect()
    }
}

fn circles(files: &[(&str, &str)]) -> Vec<String> {
    let module = |name: &str| name.split("::").filter(|part| !part.is_empty()).map(str::to_owned).collect();
    Crate(files.iter().map(|(name, text)| (module(name), File::parse(text))).collect()).circles()
}

#[test]
fn a_circle_between_files_is_found() {
    let root = ("", "mod a; mod b; pub use a::A;");
    let b = ("b", "pub enum B { Leaf }");
    assert_eq!(circles(&[root, ("a", "use crate::b::B; pub struct A(B);"), b]), [""; 0]);
    let both = ["a needs b", "b needs a"];
    assert_eq!(
        circles(&[
            root,
            ("a", "use crate::b::B; pub struct A(B);"),
            ("b", "use crate::A; pub enum B { A(A) }")
        ]),
        both
    );
    let in_code = ("b", "pub enum B { Leaf } fn f() -> bool { assert!(super::a::is_leaf()); true }");
    assert_eq!(circles(&[root, ("a", "use crate::b::B; pub fn is_leaf() {}"), in_code]), both);
    let in_a_test = ("b", "pub enum B { Leaf } #[cfg(test)] mod tests { use crate::a::A; }");
    assert_eq!(circles(&[root, ("a", "use crate::b::B; pub struct A(B);"), in_a_test]), [""; 0]);
}

#[test]
fn a_file_that_passes_on_what_rests_on_it_is_in_a_circle() {
    let leaf = ("a::leaf", "use super::Shared; pub struct Leaf(Shared);");
    let shared = ("a", "mod leaf; pub use self::leaf::Leaf; pub struct Shared;");
    assert_eq!(circles(&[("", "mod a;"), shared, leaf]), ["a needs a::leaf", "a::leaf needs a"]);
    let apart = [
        ("", "mod a; use a::Shared as Other; fn f() { let _ = Other; }"),
        ("a", "mod leaf; mod shared; pub use self::{leaf::Leaf, shared::*};"),
        ("a::shared", "pub struct Shared;"),
        leaf,
    ];
    assert_eq!(circles(&apart), [""; 0]);
}

#[test]
fn no_arrow_between_files_leads_back() {
    let root = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/.."));
    let rooms =
        std::fs::read_dir(root.join("runtime")).unwrap().map(|entry| entry.unwrap().path().join("src"));
    let beside =
        ["xtask/src", "xtask/bench/src", "tests/src", "tests/fuzz/src"].map(|folder| root.join(folder));
    let sources: Vec<_> = rooms.chain(beside).collect();
    assert!(sources.len() > 10, "{sources:?}");
    let mut found = Vec::new();
    for source in sources {
        let read = Crate::read(&source);
        assert!(!read.0.is_empty(), "{}", source.display());
        found.extend(read.circles().into_iter().map(|line| format!("{}: {line}", source.display())));
    }
    assert!(found.is_empty(), "in a circle, or between two:\n{}", found.join("\n"));
}
