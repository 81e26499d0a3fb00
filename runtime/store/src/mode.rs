//! What may be done with a store.

/// What may be done with the store.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StoreMode {
    /// Everything; what is missing is created.
    ReadWrite,
    /// Nothing is created, changed, migrated or rolled back: for a dry run. (While it is open SQLite keeps its
    /// `-wal` and `-shm` files beside the database.)
    ReadOnly,
}
