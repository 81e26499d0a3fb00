//! What the operator's app is told of its connections: webhooks of Nango's form, from the same outbox as the functions.

mod body;
mod delivery;
mod outbox;
mod payload;
mod refusals;
mod signature;

pub use self::body::{AuthFailure, AuthWebhook};
pub(crate) use self::delivery::deliver;
pub use self::delivery::{SigningKeys, WebhookDelivery, WebhookDestination, WebhookFailure, WebhookSender};
pub(crate) use self::outbox::Told;
pub use self::outbox::{CreationWebhook, Webhooks, resend_webhook};
pub(crate) use self::payload::WebhookPayload;
pub use self::refusals::RefusalWebhooks;
pub use self::signature::{HMAC_HEADER, LEGACY_SIGNATURE_HEADER, Signatures};
