//! Names that files and folders of a project have by convention.

/// The file that lists a project's functions.
pub(crate) const INDEX: &str = "index.ts";
/// The folder of packages.
pub(crate) const NODE_MODULES: &str = "node_modules";
/// The folder of an integration that holds its fixtures, as in Nango.
pub const TESTS: &str = "tests";
/// How a fixture's name ends, as in Nango.
pub const FIXTURE_ENDING: &str = ".test.json";
/// The file that describes a package.
pub(crate) const MANIFEST: &str = "package.json";
