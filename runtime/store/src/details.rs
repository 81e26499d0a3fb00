//! What a product says of a connection: whose it is, its tags, and where its webhooks go.

use std::time::Duration;

use jiff::Timestamp;
use onevent_contract::{ConnectionDetails, EndUser, Organization};

use crate::database::DetailsColumns;
use crate::json::{decode, encode};
use crate::{ConnectionKey, DetailsPatch, Store, StoreError, StoreMode, Transaction, Visibility};

/// The time of the last fetch is written at most so often: a write for each read would wait in line with all others.
const FETCH_NOTED_EVERY: Duration = Duration::from_secs(60);

impl Transaction {
    /// Changes what the product says of a connection. Of one that is being reconnected it changes what was accepted
    /// too, so that the change stays whatever is decided.
    ///
    /// # Errors
    /// [`StoreError::UnknownConnection`], and [`StoreError::Corrupt`] where the state before a reconnect is damaged.
    pub async fn patch_connection(
        &mut self,
        key: &ConnectionKey,
        visibility: Visibility,
        patch: &DetailsPatch,
    ) -> Result<(), StoreError> {
        let columns = self.tables().details_columns(key, visibility).await?;
        let columns = columns.ok_or_else(|| StoreError::UnknownConnection { key: key.clone() })?;
        let mut details = details(columns)?;
        patch.clone().apply(&mut details);
        self.replace_details(key, &details).await?;
        self.patch_previous(key, patch).await
    }

    pub(crate) async fn replace_details(
        &mut self,
        key: &ConnectionKey,
        details: &ConnectionDetails,
    ) -> Result<(), StoreError> {
        let now = self.now().as_millisecond();
        let columns = details_columns(details)?;
        match self.tables().replace_details(key, columns, &details.tags, now).await? {
            true => Ok(()),
            false => Err(StoreError::UnknownConnection { key: key.clone() }),
        }
    }
}

impl Store {
    /// [`Transaction::patch_connection`] of an established connection, in a transaction of its own.
    ///
    /// # Errors
    /// As that, [`StoreError::ReadOnly`], [`StoreError::Busy`] and [`StoreError::Database`].
    pub async fn patch_connection(
        &self,
        key: &ConnectionKey,
        patch: &DetailsPatch,
    ) -> Result<(), StoreError> {
        let mut transaction = self.begin().await?;
        transaction.patch_connection(key, Visibility::Established, patch).await?;
        transaction.commit().await
    }

    /// Notes that the product read this connection; to the minute, and only where this store may write.
    ///
    /// # Errors
    /// [`StoreError::Busy`] or [`StoreError::Database`].
    pub async fn note_fetched(&self, key: &ConnectionKey, last: Option<Timestamp>) -> Result<(), StoreError> {
        let now = self.clock().now();
        let is_new = last.is_none_or(|last| now.duration_since(last).unsigned_abs() >= FETCH_NOTED_EVERY);
        if self.mode() == StoreMode::ReadOnly || !is_new {
            return Ok(());
        }
        let mut transaction = self.begin().await?;
        let now = transaction.now().as_millisecond();
        transaction.tables().set_last_fetched(key, now).await?;
        transaction.commit().await
    }
}

pub(crate) fn details_columns(details: &ConnectionDetails) -> Result<DetailsColumns, StoreError> {
    let user = details.end_user.as_ref();
    let organization = user.and_then(|user| user.organization.as_ref());
    Ok(DetailsColumns {
        end_user_id: user.map(|user| user.id.clone()),
        end_user_display_name: user.and_then(|user| user.display_name.clone()),
        end_user_email: user.and_then(|user| user.email.clone()),
        end_user_tags: user.and_then(|user| user.tags.as_ref()).map(encode).transpose()?,
        organization_id: organization.map(|organization| organization.id.clone()),
        organization_display_name: organization.and_then(|organization| organization.display_name.clone()),
        tags: encode(&details.tags)?,
        webhook_url_override: details.webhook_url_override.clone(),
    })
}

pub(crate) fn details(columns: DetailsColumns) -> Result<ConnectionDetails, StoreError> {
    let tags = columns.end_user_tags.map(|text| decode(&text, "set of tags")).transpose()?;
    let display_name = columns.organization_display_name;
    let organization = columns.organization_id.map(|id| Organization { id, display_name });
    let (display_name, email) = (columns.end_user_display_name, columns.end_user_email);
    Ok(ConnectionDetails {
        end_user: columns.end_user_id.map(|id| EndUser { id, display_name, email, tags, organization }),
        tags: decode(&columns.tags, "set of tags")?,
        webhook_url_override: columns.webhook_url_override,
    })
}
