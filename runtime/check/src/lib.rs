//! What authors should mend, found by the syntax tree: calls of `nango` that nobody awaits, and what Nango would not take.
//!
//! [`check`] follows functions to the project's own files that they import, and looks at those. Nothing of them is run, and
//! packages are not looked at.
#![forbid(unsafe_code)]

mod calls;
mod code;
mod files;
mod finding;
mod ignore;
mod limits;
mod nango;
mod place;
mod run;
mod syntax;

pub use code::{Code, Family, Severity};
pub use finding::Finding;
pub use ignore::Ignores;
pub use run::{Checked, Rules, check};
