//! How onevent learned of a connection, and what the operator's app is told of it.

use onevent_contract::{ConnectionDetails, Operation, RequestId};
use onevent_hosts::ListedConnection;
use onevent_store::{ConnectionKey, EventKind, NewEvent, Store, StoreError, Transaction};

use super::webhook::NangoWebhook;
use crate::webhooks::{AuthWebhook, WebhookPayload};
use crate::{AuthFailure, Webhooks};

/// How onevent learned of something that has happened at Nango.
#[derive(Debug, Clone, Copy)]
pub enum Learned<'a> {
    /// It went through here. Nango sends a webhook of its own about it.
    Asked,
    /// Nango told it.
    Webhook(&'a NangoWebhook),
    /// It was found in Nango's list: the webhook did not arrive.
    Found,
}

impl Learned<'_> {
    /// What the app is told of it; `None` where somebody else tells.
    pub(super) fn body(
        &self,
        webhooks: Option<&Webhooks>,
        key: &ConnectionKey,
        listed: &ListedConnection,
        failure: Option<AuthFailure>,
    ) -> Option<String> {
        let webhooks = webhooks.filter(|webhooks| webhooks.has_url)?;
        match self {
            Self::Asked => None,
            Self::Webhook(webhook) => Some(webhook.told(failure)),
            Self::Found => {
                let webhook = AuthWebhook {
                    key,
                    auth_mode: &webhooks.auth_mode,
                    provider: &listed.facts.provider,
                    operation: Operation::Creation,
                    details: &details(listed),
                    failure,
                };
                Some(webhook.body())
            }
        }
    }

    pub(super) fn webhook(&self) -> Option<&NangoWebhook> {
        match self {
            Self::Webhook(webhook) => Some(webhook),
            Self::Asked | Self::Found => None,
        }
    }
}

pub(super) fn details(listed: &ListedConnection) -> ConnectionDetails {
    ConnectionDetails {
        end_user: listed.end_user.clone(),
        tags: listed.tags.clone(),
        webhook_url_override: None,
    }
}

/// What the operator's app is told as Nango has said it, or would have.
pub(super) struct SentOn {
    pub(super) operation: Operation,
    pub(super) body: String,
    /// The request that it follows from.
    pub(super) request_id: Option<RequestId>,
}

impl SentOn {
    /// Puts it into the outbox, to be signed and sent as it is.
    pub(super) async fn enqueue(
        self,
        store: &Store,
        within: &mut Transaction,
        key: &ConnectionKey,
    ) -> Result<(), StoreError> {
        let Self { operation, body, request_id } = self;
        let payload = serde_json::to_value(WebhookPayload { body, address: None })
            .map_err(|_| StoreError::Internal { action: "encode a webhook" })?;
        let event = NewEvent::new(EventKind::Webhook, key.clone());
        let event = NewEvent { operation: Some(operation), request_id, payload, ..event };
        store.queue().enqueue(within, event).await?;
        Ok(())
    }
}
