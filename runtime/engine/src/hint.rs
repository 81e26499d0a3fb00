//! What to write instead of what only Node has. V8's messages stay as they are under Node: a hint stands beside them.

/// Names that Node's programs find in their scope, and what a function writes instead.
const INSTEAD: [(&str, &str); 6] = [
    (
        "process",
        "functions have no `process`: environment variables come from `await nango.getEnvironmentVariables()`",
    ),
    ("require", "only CommonJS packages have `require`: write `import ... from '...'`"),
    ("module", "a function is an ECMAScript module: write `export default`"),
    ("exports", "a function is an ECMAScript module: write `export`"),
    ("global", "write `globalThis`"),
    ("__dirname", "functions have no file system: import what the project holds"),
];

/// A hint for an error whose message says that such a name does not exist.
pub(crate) fn hint_for(message: &str) -> Option<&'static str> {
    let (_, rest) = message.split_once("ReferenceError: ").unwrap_or(("", message));
    let name = rest.trim_end().strip_suffix(" is not defined")?;
    INSTEAD.iter().find(|(known, _)| *known == name).map(|(_, hint)| *hint)
}

#[cfg(test)]
mod tests {
    use super::hint_for;

    #[test]
    fn what_only_node_has_is_explained() {
        for message in ["process is not defined", "Uncaught ReferenceError: process is not defined"] {
            assert!(hint_for(message).unwrap().contains("getEnvironmentVariables"), "{message}");
        }
        assert!(hint_for("require is not defined").unwrap().contains("import"));
        for message in [
            "processes is not defined",
            "the process is not defined here",
            "process is not defined by us",
            "",
        ] {
            assert_eq!(hint_for(message), None, "{message}");
        }
    }
}
