//! Which environments a database holds something of.

use onevent_contract::EnvironmentName;

use crate::{Store, StoreError};

impl Store {
    /// The environments that have connections here, or events that wait, by name.
    ///
    /// # Errors
    /// [`StoreError::Corrupt`], [`StoreError::Busy`] or [`StoreError::Database`].
    pub async fn environments(&self) -> Result<Vec<EnvironmentName>, StoreError> {
        let names = self.read().await?.tables().environment_names().await?;
        let name = |name| EnvironmentName::new(name).map_err(|_| StoreError::corrupt("environment"));
        names.into_iter().map(name).collect()
    }
}
