//! What a new token can be got with.

use thiserror::Error;

/// What a new token is got with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Grant {
    /// The connection's refresh token (RFC 6749, section 6).
    RefreshToken,
    /// The client alone (section 4.4).
    ClientCredentials,
}

/// Why a connection cannot get a new token.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum NoGrant {
    /// Credentials of this type are not refreshed.
    #[error("credentials of type {mode} are not refreshed")]
    Type {
        /// The type.
        mode: &'static str,
    },
    /// The connection holds no refresh token.
    #[error("the connection has no refresh token")]
    RefreshToken,
    /// The template names no endpoint.
    #[error("the template of provider `{provider}` has no `token_url`")]
    Endpoint {
        /// The provider.
        provider: String,
    },
    /// The OAuth client is not known.
    #[error("`integrations.{integration}.{setting}` is not set")]
    Client {
        /// The integration.
        integration: String,
        /// The setting that lacks.
        setting: &'static str,
    },
}
