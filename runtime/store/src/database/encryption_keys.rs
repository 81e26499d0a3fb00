//! Encryption keys as columns, and the values that are sealed with them.

use async_trait::async_trait;

use crate::StoreError;

/// What a key is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, strum::IntoStaticStr, strum::EnumString)]
#[strum(serialize_all = "snake_case")]
pub(crate) enum EncryptionKeyState {
    /// It seals.
    Current,
    /// It opens what it has sealed before.
    Retiring,
}

/// What a database knows of a key.
#[derive(Debug)]
pub(crate) struct EncryptionKeyRow {
    pub(crate) id: Vec<u8>,
    pub(crate) state: EncryptionKeyState,
    /// The known text, sealed with it.
    pub(crate) canary: Vec<u8>,
    /// The key, sealed with the other one.
    pub(crate) wrapped: Option<Vec<u8>>,
    pub(crate) created_at: i64,
}

/// A column of sealed values.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum SealedColumn {
    Credentials,
    Accepted,
    Previous,
    SigningKey,
    IntegrationCredentials,
    EventPayload,
    EventResult,
}

impl SealedColumn {
    /// Every one. A test compares them with what is written.
    pub(crate) const ALL: [Self; 7] = [
        Self::Credentials,
        Self::Accepted,
        Self::Previous,
        Self::SigningKey,
        Self::IntegrationCredentials,
        Self::EventPayload,
        Self::EventResult,
    ];

    /// What it holds, in words.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Credentials => "credentials of a connection",
            Self::Accepted => "earlier credentials of a connection",
            Self::Previous => "previous state of a connection",
            Self::SigningKey => "webhook signing key",
            Self::IntegrationCredentials => "credentials of an integration",
            Self::EventPayload => "payload of an event",
            Self::EventResult => "result of an event",
        }
    }
}

/// A sealed value and whose it is. What does not name its owner is empty.
#[derive(Debug, Clone)]
pub(crate) struct SealedRow {
    pub(crate) environment: String,
    pub(crate) integration: String,
    pub(crate) connection_id: String,
    pub(crate) event: String,
    pub(crate) sealed: Vec<u8>,
}

impl SealedRow {
    /// Whose it is, in words.
    pub(crate) fn owner(&self) -> String {
        let parts = [&self.environment, &self.integration, &self.connection_id, &self.event];
        let named = parts.into_iter().filter(|part| !part.is_empty());
        named.map(String::as_str).collect::<Vec<_>>().join("/")
    }
}

/// Encryption keys, and what is sealed with them.
#[async_trait]
pub(crate) trait EncryptionKeyTable {
    async fn encryption_keys(&mut self) -> Result<Vec<EncryptionKeyRow>, StoreError>;
    /// The same, and nobody seals or changes them until the transaction ends.
    async fn encryption_keys_to_change(&mut self) -> Result<Vec<EncryptionKeyRow>, StoreError>;
    /// The id of the current one, which stays that until the transaction ends.
    async fn current_encryption_key(&mut self) -> Result<Vec<u8>, StoreError>;
    /// Unless there is one of its state.
    async fn insert_encryption_key(&mut self, row: EncryptionKeyRow) -> Result<(), StoreError>;
    async fn retire_encryption_key(&mut self, id: &[u8], wrapped: Vec<u8>) -> Result<(), StoreError>;
    /// Leaves this one, and nobody has it sealed.
    async fn forget_encryption_keys_but(&mut self, id: &[u8]) -> Result<(), StoreError>;
    /// The known text of a database that does not name its key.
    async fn encryption_canary(&mut self) -> Result<Option<Vec<u8>>, StoreError>;
    async fn delete_encryption_canary(&mut self) -> Result<(), StoreError>;
    /// Values of a column that do not begin like this, in the order of their owners; those that others are changing may be
    /// missing.
    async fn sealed_rows(
        &mut self,
        column: SealedColumn,
        beginning: &[u8],
        after: Option<&SealedRow>,
        most: usize,
    ) -> Result<Vec<SealedRow>, StoreError>;
    /// Whether any value of a column does not begin like this.
    async fn has_sealed_otherwise(
        &mut self,
        column: SealedColumn,
        beginning: &[u8],
    ) -> Result<bool, StoreError>;
    /// Whether the value was still that of the row.
    async fn replace_sealed(
        &mut self,
        column: SealedColumn,
        row: &SealedRow,
        sealed: Vec<u8>,
    ) -> Result<bool, StoreError>;
}
