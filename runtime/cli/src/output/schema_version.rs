//! The version of what programs read.

/// Version of every JSON document; it grows when a field changes its meaning or goes away.
pub(crate) const SCHEMA_VERSION: u32 = onevent_contract::REPORT_SCHEMA_VERSION;
