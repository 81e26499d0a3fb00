//! Ids that the store gives.

/// An id: a UUID version 7 (RFC 9562), so that ids sort by time.
macro_rules! id {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(uuid::Uuid);

        impl $name {
            pub(crate) fn generate() -> Self {
                Self(uuid::Uuid::now_v7())
            }

            /// Reads an id from its text form.
            #[must_use]
            pub fn parse(text: &str) -> Option<Self> {
                uuid::Uuid::try_parse(text).ok().map(Self)
            }
        }

        impl serde::Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.collect_str(&self.0)
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                self.0.fmt(f)
            }
        }
    };
}

id!(
    /// Names a key of the HTTP API, without giving it away.
    ApiKeyId
);
id!(
    /// Names an event in the queue.
    EventId
);
id!(
    /// Names an act of the audit log.
    AuditEntryId
);
id!(
    /// Names a deployment.
    DeploymentId
);
