//! The end of a setup, and what the operator's app is told.

use onevent_contract::{Operation, RequestId};
use onevent_store::{ConnectionKey, SettledSetup, StoreError, Transaction, Visibility};

use crate::lifecycle::LifecycleOptions;
use crate::policy::SetupFailure;
use crate::webhooks::{AuthFailure, CreationWebhook, Told};

/// Ends the setup of a connection, if nothing is left to be done for it. `request_id` names the request that it was done
/// for.
pub(crate) async fn settle_setup(
    options: &LifecycleOptions,
    within: &mut Transaction,
    key: &ConnectionKey,
    request_id: Option<&RequestId>,
) -> Result<(), StoreError> {
    if within.settle_setup(key).await? != SettledSetup::Finished {
        return Ok(());
    }
    let blocks = options.policies.setup_failure == SetupFailure::Block;
    match (options.policies.webhooks.as_ref().map(|webhooks| webhooks.creation), blocks) {
        // Nobody is told at once of a connection that is not there for its users yet.
        (Some(CreationWebhook::AfterSetup), _) | (Some(CreationWebhook::AtOnce), true) => {
            tell(options, within, key, Operation::Creation, None, request_id).await
        }
        (Some(CreationWebhook::AtOnce), false) | (Some(CreationWebhook::Off) | None, _) => Ok(()),
    }
}

/// Tells the operator's app of an operation, in the transaction that makes it true.
pub(crate) async fn tell(
    options: &LifecycleOptions,
    within: &mut Transaction,
    key: &ConnectionKey,
    operation: Operation,
    failure: Option<AuthFailure>,
    request_id: Option<&RequestId>,
) -> Result<(), StoreError> {
    let Some(webhooks) = &options.policies.webhooks else { return Ok(()) };
    let connection = match within.connection(key, Visibility::IncludingPending).await {
        Ok(Some(stored)) => stored.connection,
        // A damaged connection can be deleted; what nobody can read nobody is told of.
        Ok(None) | Err(StoreError::Corrupt { .. }) => return Ok(()),
        Err(error) => return Err(error),
    };
    let told = Told {
        key: key.clone(),
        provider: connection.provider,
        details: connection.details,
        request_id: request_id.cloned(),
    };
    webhooks.tell(&options.store, within, &told, operation, failure).await
}
