//! What came of trying a place where the library may be.

/// What came of a place.
pub(crate) enum Tried {
    /// The library is installed now.
    Installed {
        /// What was checked.
        check: String,
    },
    /// It has no library that can be used.
    Nothing {
        /// Why not.
        why: String,
    },
}
