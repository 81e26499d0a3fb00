//! What a product says of a connection, beside its metadata: whose it is.

use indexmap::IndexMap;
use serde::{Deserialize, Serialize};

/// Texts by name, in the order in which they were given.
pub type Tags = IndexMap<String, String>;

/// Whose connection it is, in the product's words (Nango's `end_user`).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct EndUser {
    /// The product's id of the user.
    pub id: String,
    /// What people call the user.
    pub display_name: Option<String>,
    /// The user's address.
    pub email: Option<String>,
    /// What else the product keeps with the user.
    pub tags: Option<Tags>,
    /// The organization that the user belongs to.
    pub organization: Option<Organization>,
}

/// The organization of an end user.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Organization {
    /// The product's id of it.
    pub id: String,
    /// What people call it.
    pub display_name: Option<String>,
}

/// What a product says of a connection, beside its metadata.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ConnectionDetails {
    /// Whose it is.
    pub end_user: Option<EndUser>,
    /// By which it is found again.
    pub tags: Tags,
    /// Where the webhooks about this connection go, instead of the environment's address.
    pub webhook_url_override: Option<String>,
}
