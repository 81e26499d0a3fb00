//! The HTTP methods that can be sent.

use http::Method;
use thiserror::Error;

/// The methods of the HTTP Method Registry (IANA), without those that make no request of their own: `CONNECT` asks for
/// a tunnel, `TRACE` sends credentials back to whoever reads the answer, and `PRI` and `*` are reserved.
pub const METHODS: [&str; 37] = [
    "ACL",
    "BASELINE-CONTROL",
    "BIND",
    "CHECKIN",
    "CHECKOUT",
    "COPY",
    "DELETE",
    "GET",
    "HEAD",
    "LABEL",
    "LINK",
    "LOCK",
    "MERGE",
    "MKACTIVITY",
    "MKCALENDAR",
    "MKCOL",
    "MKREDIRECTREF",
    "MKWORKSPACE",
    "MOVE",
    "OPTIONS",
    "ORDERPATCH",
    "PATCH",
    "POST",
    "PROPFIND",
    "PROPPATCH",
    "PUT",
    "QUERY",
    "REBIND",
    "REPORT",
    "SEARCH",
    "UNBIND",
    "UNCHECKOUT",
    "UNLINK",
    "UNLOCK",
    "UPDATE",
    "UPDATEREDIRECTREF",
    "VERSION-CONTROL",
];

/// Why a method cannot be sent.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum MethodError {
    /// It is a method, but not one that functions can send.
    #[error("the method {0} cannot be sent")]
    NotSendable(String),
    /// It is no method.
    #[error("`{0}` is not an HTTP method: those of the HTTP Method Registry can be sent")]
    Unknown(String),
}

impl MethodError {
    /// The code of the refusal that a function sees.
    pub const CODE: &'static str = "invalid_method";
}

/// The method of this name, as it is written. The case of a name counts for servers, so it stays; which method it is
/// does not depend on it.
///
/// # Errors
/// [`MethodError`] for what cannot be sent.
pub fn sendable_method(name: &str) -> Result<Method, MethodError> {
    let upper = name.to_ascii_uppercase();
    if ["CONNECT", "TRACE", "TRACK", "PRI"].contains(&upper.as_str()) {
        return Err(MethodError::NotSendable(upper));
    }
    let known = METHODS.contains(&upper.as_str()).then(|| Method::from_bytes(name.as_bytes()).ok()).flatten();
    // A name may be as long as a function likes.
    known.ok_or_else(|| MethodError::Unknown(name.chars().take(40).collect()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn registered_methods_can_be_sent_and_nothing_else() {
        for name in METHODS {
            assert_eq!(sendable_method(name).map(|method| method.to_string()), Ok(name.to_owned()));
        }
        assert!(METHODS.is_sorted());
        assert_eq!(
            sendable_method("patch").map(|method| method.to_string()),
            Ok("patch".to_owned()),
            "as fetch has it"
        );
        for name in ["CONNECT", "connect", "TRACE", "Track", "PRI"] {
            assert_eq!(
                sendable_method(name),
                Err(MethodError::NotSendable(name.to_ascii_uppercase())),
                "{name}"
            );
        }
        for name in ["", "*", "FOO", "BREW", "GET ", "GET\r\nX: 1", "G\u{c9}T", "get post"] {
            assert_eq!(sendable_method(name), Err(MethodError::Unknown(name.into())), "{name:?}");
        }
    }
}
