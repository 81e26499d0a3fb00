//! The names of modules: which every function can import, and where its own ones lie.

/// Where the modules of a project lie: every other specifier of an isolate means a module that onevent brings.
pub const PROJECT_ROOT: &str = "project:///";

/// The modules that every function can import, and the specifier of each inside an isolate.
pub const BUILT_IN_MODULES: [(&str, &str); 8] = [
    ("nango", "onevent:nango"),
    ("zod", "onevent:zod"),
    ("buffer", "onevent:buffer"),
    ("node:buffer", "onevent:buffer"),
    ("crypto", "onevent:crypto"),
    ("node:crypto", "onevent:crypto"),
    ("url", "onevent:url"),
    ("node:url", "onevent:url"),
];

/// The specifier of the built-in module of that name, if there is one.
#[must_use]
pub fn built_in(name: &str) -> Option<&'static str> {
    BUILT_IN_MODULES.iter().find(|(known, _)| *known == name).map(|(_, specifier)| *specifier)
}

/// The specifier of the project's file at `path`.
#[must_use]
pub fn specifier_of(path: &str) -> String {
    format!("{PROJECT_ROOT}{path}")
}
