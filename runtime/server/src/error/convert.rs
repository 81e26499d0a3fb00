//! Failures of the rooms beneath, as answers.
//!
//! Where a route has an answer of its own for one of them, it makes it itself; what is here is everybody's.

use axum::http::StatusCode;
use onevent_app::{ConfigError, ServiceError};
use onevent_engine::LoadError;
use onevent_hosts::RemoteError;
use onevent_lifecycle::deployments::DeploymentError;
use onevent_lifecycle::{LifecycleError, TriggerError};
use onevent_store::StoreError;
use serde_json::{Value, json};

use super::ApiError;

impl From<StoreError> for ApiError {
    fn from(error: StoreError) -> Self {
        let message = error.to_string();
        match error {
            StoreError::UnknownConnection { .. } => {
                Self::new(StatusCode::NOT_FOUND, "unknown_connection", message)
            }
            StoreError::ConnectionExists { .. }
            | StoreError::ConnectionQuarantined { .. }
            | StoreError::OperationInProgress { .. }
            | StoreError::EventNotReplayable { .. }
            | StoreError::EventNotSkippable { .. } => Self::new(StatusCode::CONFLICT, error.code(), message),
            StoreError::UnknownDeployment { .. } => Self::new(StatusCode::NOT_FOUND, error.code(), message),
            StoreError::MetadataTooLarge { .. } => Self::new(StatusCode::BAD_REQUEST, error.code(), message),
            error => Self::internal(&error),
        }
    }
}

impl From<LifecycleError> for ApiError {
    fn from(error: LifecycleError) -> Self {
        match error {
            LifecycleError::Store(error) => error.into(),
            // The operator's mistake, and the message names the functions.
            LifecycleError::Broken { .. } | LifecycleError::InvalidLimits { .. } => {
                tracing::error!(error = %error, "a request failed");
                Self::new(StatusCode::INTERNAL_SERVER_ERROR, error.code().to_owned(), error.to_string())
            }
            LifecycleError::Nango(error) => error.into(),
            LifecycleError::CleanupFailed { .. } => {
                Self::new(StatusCode::CONFLICT, "cleanup_failed", error.to_string())
            }
            LifecycleError::Interrupted { .. } => {
                Self::new(StatusCode::SERVICE_UNAVAILABLE, "server_error", error.to_string())
            }
            LifecycleError::NoPlace { code, .. } => Self::no_place(code, error.to_string()),
            error => Self::internal(&error),
        }
    }
}

impl From<DeploymentError> for ApiError {
    fn from(error: DeploymentError) -> Self {
        let status = match &error {
            DeploymentError::Concurrent { .. } | DeploymentError::Active { .. } => StatusCode::CONFLICT,
            DeploymentError::None { .. } | DeploymentError::NothingBefore { .. } => StatusCode::NOT_FOUND,
            _ => StatusCode::BAD_REQUEST,
        };
        match error {
            DeploymentError::Store(error) => error.into(),
            DeploymentError::Broken { ref broken } => {
                let places: Vec<Value> = broken.iter().map(|one| place(&one.path, &one.error)).collect();
                Self::new(status, error.code().to_owned(), error.to_string()).with("errors", places)
            }
            error => Self::new(status, error.code().to_owned(), error.to_string()),
        }
    }
}

/// What is wrong with a file that somebody sent, and where.
fn place(path: &str, error: &LoadError) -> Value {
    let (file, line, column) = match &error.position {
        Some(position) => (position.file.as_str(), Some(position.line), Some(position.column)),
        None => (path, None, None),
    };
    let LoadError { code, message, hint, .. } = error;
    json!({ "code": code.as_str(), "message": message, "hint": hint, "file": file, "line": line, "column": column })
}

impl From<RemoteError> for ApiError {
    /// The Nango behind this server did not do its part.
    fn from(error: RemoteError) -> Self {
        tracing::error!(%error, "the Nango behind this server");
        Self::new(StatusCode::BAD_GATEWAY, error.code(), error.to_string())
    }
}

impl From<ServiceError> for ApiError {
    fn from(error: ServiceError) -> Self {
        match error {
            ServiceError::Store(error) => error.into(),
            ServiceError::Deployment(error) => error.into(),
            ServiceError::Lifecycle(error) => error.into(),
            ServiceError::Remote(error) => error.into(),
            ServiceError::Refused(refused) | ServiceError::Trigger(TriggerError::Refused(refused)) => {
                match refused.no_place() {
                    Some(code) => Self::no_place(code, refused.to_string()),
                    None => Self::internal(&refused),
                }
            }
            error @ ServiceError::NoToken { .. } => {
                Self::new(StatusCode::BAD_REQUEST, error.code().to_owned(), error.to_string())
            }
            error => Self::internal(&error),
        }
    }
}

impl From<ConfigError> for ApiError {
    fn from(error: ConfigError) -> Self {
        Self::internal(&error)
    }
}
