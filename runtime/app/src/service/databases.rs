//! The databases of a service: the main one, and those that environments have of their own.

use std::sync::OnceLock;

use onevent_contract::EnvironmentName;
use onevent_lifecycle::ActionRecords;
use onevent_store::Store;
use tokio::sync::OnceCell;

use crate::config::{DatabaseName, DatabaseSettings};

/// One database, and what was opened of it.
pub(super) struct HeldDatabase {
    pub(super) settings: DatabaseSettings,
    pub(super) store: OnceCell<Store>,
    /// A store that may only be read.
    pub(super) reading: OnceCell<Store>,
    /// Where the runs of triggered actions are kept.
    pub(super) action_records: OnceLock<ActionRecords>,
}

/// The databases, the main one among them. An environment lives in one of them.
pub(super) struct Databases {
    main: HeldDatabase,
    others: Vec<HeldDatabase>,
}

impl HeldDatabase {
    fn new(settings: DatabaseSettings) -> Self {
        Self { settings, store: OnceCell::new(), reading: OnceCell::new(), action_records: OnceLock::new() }
    }

    pub(super) fn name(&self) -> &DatabaseName {
        &self.settings.name
    }

    pub(super) fn opened(&self) -> impl Iterator<Item = &Store> {
        self.store.get().into_iter().chain(self.reading.get())
    }

    pub(super) fn records(&self, store: &Store) -> &ActionRecords {
        self.action_records.get_or_init(|| ActionRecords::new(store.clone()))
    }
}

impl Databases {
    /// `None` where not even the main one is named, which the settings always do.
    pub(super) fn new(settings: Vec<DatabaseSettings>) -> Option<Self> {
        let mut all = settings.into_iter().map(HeldDatabase::new);
        Some(Self { main: all.next()?, others: all.collect() })
    }

    /// The one of secret keys.
    pub(super) fn main(&self) -> &HeldDatabase {
        &self.main
    }

    /// The one that an environment lives in.
    pub(super) fn home(&self, environment: &EnvironmentName) -> &HeldDatabase {
        let own = self.others.iter().find(|one| one.name().environments.contains(environment));
        own.unwrap_or(&self.main)
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = &HeldDatabase> {
        std::iter::once(&self.main).chain(&self.others)
    }
}
