//! A host's calls with their own arguments and answers.

use std::time::Duration;

use serde_json::Value;

use super::answer::HostAnswer;
use super::border::Host;
use super::call::HostCall;
use super::checkpoint::Checkpoint;
use super::context::CallContext;
use super::environment::{ActionCall, ConnectionQuery, EnvironmentVariable, IntegrationInclude};
use super::error::HostError;
use super::fetch::{FetchRequest, FetchResponse};
use super::metadata::{MetadataWrite, MetadataWritten, VersionedMetadata};
use crate::{IntegrationId, JsonObject, ProxyRequest, ProxyResponse};

/// Makes a call, and takes the answer of that name.
macro_rules! ask {
    ($host:ident, $context:ident, $call:expr, $answer:ident) => {
        async move {
            match $host.call($context, $call).await? {
                HostAnswer::$answer(answer) => Ok(answer),
                other => Err(mistaken(stringify!($answer), &other)),
            }
        }
    };
}

fn mistaken(asked: &str, answer: &HostAnswer) -> HostError {
    HostError::Internal { message: format!("the host answered {} to {asked}", answer.name()) }
}

/// The calls of every [`Host`], so that nobody takes an answer apart by hand. What each of them does:
/// [`HostCall`]. All of them fail as [`Host::call`] does.
pub trait HostCalls: Host {
    /// [`HostCall::Proxy`]
    fn proxy(
        &self,
        context: &CallContext,
        request: ProxyRequest,
    ) -> impl Future<Output = Result<ProxyResponse, HostError>> + Send {
        ask!(self, context, HostCall::Proxy(Box::new(request)), Proxy)
    }

    /// [`HostCall::Connection`]
    fn connection(
        &self,
        context: &CallContext,
        query: ConnectionQuery,
    ) -> impl Future<Output = Result<Value, HostError>> + Send {
        ask!(self, context, HostCall::Connection(query), Connection)
    }

    /// [`HostCall::Metadata`]
    fn metadata(
        &self,
        context: &CallContext,
    ) -> impl Future<Output = Result<VersionedMetadata, HostError>> + Send {
        ask!(self, context, HostCall::Metadata, Metadata)
    }

    /// [`HostCall::WriteMetadata`]
    fn write_metadata(
        &self,
        context: &CallContext,
        write: MetadataWrite,
    ) -> impl Future<Output = Result<MetadataWritten, HostError>> + Send {
        ask!(self, context, HostCall::WriteMetadata(write), WriteMetadata)
    }

    /// [`HostCall::Integration`]
    fn integration(
        &self,
        context: &CallContext,
        include: Vec<IntegrationInclude>,
    ) -> impl Future<Output = Result<JsonObject, HostError>> + Send {
        ask!(self, context, HostCall::Integration(include), Integration)
    }

    /// [`HostCall::Pagination`]
    fn pagination(
        &self,
        context: &CallContext,
        integration: Option<IntegrationId>,
    ) -> impl Future<Output = Result<Option<JsonObject>, HostError>> + Send {
        ask!(self, context, HostCall::Pagination(integration), Pagination)
    }

    /// [`HostCall::EnvironmentVariables`]
    fn environment_variables(
        &self,
        context: &CallContext,
    ) -> impl Future<Output = Result<Vec<EnvironmentVariable>, HostError>> + Send {
        ask!(self, context, HostCall::EnvironmentVariables, EnvironmentVariables)
    }

    /// [`HostCall::TriggerAction`]
    fn trigger_action(
        &self,
        context: &CallContext,
        action: ActionCall,
    ) -> impl Future<Output = Result<Value, HostError>> + Send {
        ask!(self, context, HostCall::TriggerAction(action), TriggerAction)
    }

    /// [`HostCall::Fetch`]
    fn fetch(
        &self,
        context: &CallContext,
        request: FetchRequest,
    ) -> impl Future<Output = Result<FetchResponse, HostError>> + Send {
        ask!(self, context, HostCall::Fetch(request), Fetch)
    }

    /// [`HostCall::AcquireLock`]
    fn acquire_lock(
        &self,
        context: &CallContext,
        key: String,
        time_to_live: Duration,
    ) -> impl Future<Output = Result<bool, HostError>> + Send {
        ask!(self, context, HostCall::AcquireLock { key, time_to_live }, AcquireLock)
    }

    /// [`HostCall::ReleaseLock`]
    fn release_lock(
        &self,
        context: &CallContext,
        key: String,
    ) -> impl Future<Output = Result<bool, HostError>> + Send {
        ask!(self, context, HostCall::ReleaseLock { key }, ReleaseLock)
    }

    /// [`HostCall::ReleaseAllLocks`]
    fn release_all_locks(&self, context: &CallContext) -> impl Future<Output = Result<(), HostError>> + Send {
        ask!(self, context, HostCall::ReleaseAllLocks, ReleaseAllLocks)
    }

    /// [`HostCall::Checkpoint`]
    fn checkpoint(
        &self,
        context: &CallContext,
    ) -> impl Future<Output = Result<Checkpoint, HostError>> + Send {
        ask!(self, context, HostCall::Checkpoint, Checkpoint)
    }

    /// [`HostCall::WriteCheckpoint`]
    fn write_checkpoint(
        &self,
        context: &CallContext,
        value: Option<JsonObject>,
        expected_version: u64,
    ) -> impl Future<Output = Result<Option<u64>, HostError>> + Send {
        ask!(self, context, HostCall::WriteCheckpoint { value, expected_version }, WriteCheckpoint)
    }
}

impl<T: Host + ?Sized> HostCalls for T {}
