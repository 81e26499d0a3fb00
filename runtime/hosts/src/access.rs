/// What a run may do with its own connection while that is marked as an auth error (Nango's `refresh_exhausted`).
///
/// Metadata is not affected: it is the product's own, and reading it needs no working credentials.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Access {
    /// Its credentials and calls with them answer 424 until it is connected again.
    #[default]
    Normal,
    /// It is used with the last credentials all the same: validation has to test them, and cleanup would otherwise
    /// leave behind what it set up.
    DespiteAuthError,
}
