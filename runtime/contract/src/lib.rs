//! What a onevent run *is*, as plain data: the room that every other room rests on.
//!
//! Nothing in here knows V8, SQL or sockets. A run starts as an [`Invocation`], talks to the world through a
//! [`Host`], tells of its effects in [`EffectMessage`]s and ends as a [`RunReport`].
#![forbid(unsafe_code)]

mod bounds;
mod clock;
mod completed_run;
mod connection;
mod credentials;
mod details;
mod effects;
pub mod encoding;
mod error;
mod expiry;
mod function;
mod header_lines;
mod host;
mod http;
mod invocation;
mod json_text;
mod limits;
mod method;
mod name;
mod passing;
mod report;
mod request_id;
pub mod revealed;
mod root_budget;
mod scope;
mod secret;
pub mod specifier;
mod timings;

pub use bounds::{
    CUT, MAX_ERROR_DATA_BYTES, MAX_HTTP_BYTES, MAX_MESSAGE_BYTES, MAX_URL_BYTES, MAX_WARNING_BYTES,
    MAX_WARNINGS, MAX_WORD_BYTES, cut, cut_copy, json_bytes,
};
pub use clock::{Clock, Instant, SystemClock};
pub use completed_run::CompletedRun;
pub use connection::{Connection, ConnectionError};
pub use credentials::{AuthMode, Credentials, CredentialsError, FieldTemplates};
pub use details::{ConnectionDetails, EndUser, Organization, Tags};
pub use effects::{
    ActionAct, ActionEnd, ActionInFlight, EffectId, EffectLog, EffectMessage, EffectSender, EffectSink,
    Effects, HiddenValues, HttpEffect, HttpInFlight, HttpOutcome, HttpRequest, LogLevel, LogLine,
    MAX_HTTP_EFFECTS, MAX_LOG_BYTES, MAX_LOG_LINES, MAX_LOG_MEMORY, MetadataWriteEffect,
    MetadataWriteInFlight, MetadataWriteKind, NewestMetadata, TriggeredAction, Warning, WarningCode,
};
pub use error::{ErrorType, Frame, RunError};
pub use expiry::InvalidExpiry;
pub use function::{
    CompiledCode, DefaultImport, Event, Function, FunctionKey, FunctionKind, ImportTarget, ModuleFormat,
    ModuleImport, ModuleSource, Schema, SchemaCheck, ScopeName, Violation,
};
pub use header_lines::{HeaderLines, HeaderText};
pub use host::{
    ActionCall, CallContext, CallOrigin, Checkpoint, ConnectionQuery, DroppedKeys, EnvironmentVariable,
    FetchRequest, FetchResponse, Host, HostAnswer, HostCall, HostCalls, HostError, IntegrationInclude,
    MetadataCommit, MetadataWrite, MetadataWritten, RefreshTokens, TokenRefresh, VersionedMetadata,
};
pub use http::{
    LastRequest, Params, ProxyBody, ProxyRequest, ProxyResponse, ResponseHead, ResponseType, RetryHeader,
};
pub use invocation::{ConnectionFacts, Invocation, Mode, Operation, RunId, Trigger, Validation};
pub use json_text::{JsonText, tree_bytes};
pub use limits::{
    Limits, LimitsError, MAX_ACTION_DEPTH, MAX_MADE_SECRET_BYTES, MAX_METADATA_BYTES, MAX_ROOT_BYTES,
    MAX_SENT_URL_BYTES, MAX_TRIGGERED_AT_ONCE, MAX_TRIGGERED_RUNS, limit_met,
};
pub use method::{METHODS, MethodError, sendable_method};
pub use name::{ConnectionId, EnvironmentName, FunctionName, IntegrationId, NameError};
pub use passing::{ApiErrorCode, Passing};
pub use report::{
    DEFAULT_REJECTION, MAX_ACTION_OUTPUT_BYTES, MetadataReport, Outcome, REPORT_SCHEMA_VERSION, RunReport,
    Usage, Verdict,
};
pub use request_id::RequestId;
pub use root_budget::{BudgetExceeded, HeldBytes, RootBudget};
pub use scope::{ApiScope, ScopeError, ScopePattern, Scopes};
pub use secret::Secret;
pub use timings::Timings;

/// A JSON object, in insertion order.
pub type JsonObject = serde_json::Map<String, serde_json::Value>;
