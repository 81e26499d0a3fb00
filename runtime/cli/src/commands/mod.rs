//! One module for each command.

pub(crate) mod check;
pub(crate) mod completions;
pub(crate) mod config;
pub(crate) mod connection;
pub(crate) mod deploy;
pub(crate) mod deployments;
pub(crate) mod doctor;
pub(crate) mod dryrun;
pub(crate) mod events;
pub(crate) mod functions;
pub(crate) mod init;
pub(crate) mod keys;
pub(crate) mod lifecycle;
pub(crate) mod man;
pub(crate) mod metadata;
pub(crate) mod mock_provider;
pub(crate) mod over_http;
pub(crate) mod rotate_encryption;
pub(crate) mod runs;
pub(crate) mod serve;
pub(crate) mod standalone;
pub(crate) mod test;
pub(crate) mod types;
pub(crate) mod webhooks;
