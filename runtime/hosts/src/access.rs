/// What a run may do with its own connection while that is marked as an auth error (Nango's `refresh_exhausted`).
///
/// Metadata is not affected: it is the product's own, and reading it needs no working credentials.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Access {
    /// Its credentials and calls with them answer 424 until it is connected again.
    #[default]
    Normal,
    /// It is used with the credentials that it has all the same: validation has to test them.
    DespiteAuthError,
    /// It is used with what was accepted last: cleanup has to remove what was set up with that, in an account that may
    /// be another than the refused one.
    LastAccepted,
}
