//! Transport errors by the codes that Node and axios give them, since that is what authors test for.

use std::error::Error;
use std::io;

use onevent_contract::{BudgetExceeded, HostError, limit_met};
use rustls::CertificateError;
use url::Url;

use crate::egress::EgressRefusal;
use crate::limits::{MAX_BODY_BYTES, MAX_HEADER_BYTES, MAX_REDIRECTS};
use crate::upload::UploadError;

/// Why no answer came. Messages name the host at most: a path may hold a token.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Failure {
    /// The network or the server.
    Network { code: &'static str, message: String },
    /// The egress policy.
    Refused(EgressRefusal),
}

impl Failure {
    pub(crate) fn from_reqwest(error: &reqwest::Error, url: &Url) -> Self {
        let host = url.host_str().unwrap_or_default();
        let address = format!("{host}:{}", url.port_or_known_default().unwrap_or_default());
        let mut causes = causes(error);
        if let Some(refusal) = causes.iter().find_map(|cause| cause.downcast_ref::<EgressRefusal>()) {
            return Self::Refused(refusal.clone());
        }
        if let Some(error) = causes.iter().find_map(|cause| cause.downcast_ref::<UploadError>()) {
            return Self::network("ERR_CANCELED", error.to_string());
        }
        if error.is_dns() {
            // The system's resolver says it in words only.
            let chain = chain(error);
            let again = ["Temporary failure", "Try again"].iter().any(|text| chain.contains(text));
            let code = if again { "EAI_AGAIN" } else { "ENOTFOUND" };
            return Self::network(code, format!("getaddrinfo {code} {host}"));
        }
        if error.is_timeout() {
            return Self::network("ETIMEDOUT", format!("connect ETIMEDOUT {address}"));
        }
        // The innermost cause knows best.
        causes.reverse();
        if let Some(failure) = causes.iter().find_map(|cause| by_cause(*cause, error, &address)) {
            return failure;
        }
        let last = causes.first().map_or_else(|| "the request failed".to_owned(), ToString::to_string);
        Self::network("ERR_NETWORK", format!("{address}: {last}"))
    }

    pub(crate) fn timeout(after: std::time::Duration) -> Self {
        Self::network("ECONNABORTED", format!("timeout of {}ms exceeded", after.as_millis()))
    }

    /// The answer asks for a body that has left already, and is not kept.
    pub(crate) fn body_is_gone() -> Self {
        Self::bad_redirect("it wants the body once more, which was too large to be kept")
    }

    /// With so many bytes so far.
    pub(crate) fn body_too_large(used: usize) -> Self {
        let limit = limit_met("answer_body_bytes", MAX_BODY_BYTES, used);
        Self::network("ERR_BAD_RESPONSE", format!("the body of the answer is too large ({limit})"))
    }

    /// The run's calls carry too much already.
    pub(crate) fn no_room(exceeded: BudgetExceeded) -> Self {
        Self::network(exceeded.code(), exceeded.to_string())
    }

    pub(crate) fn too_many_codings(most: usize) -> Self {
        let limit = limit_met("answer_codings", most, most + 1);
        Self::network(
            "ERR_BAD_RESPONSE",
            format!("the body of the answer is packed too many times ({limit})"),
        )
    }

    pub(crate) fn headers_too_large(used: usize) -> Self {
        let limit = limit_met("answer_header_bytes", MAX_HEADER_BYTES, used);
        Self::network("HPE_HEADER_OVERFLOW", format!("the headers of the answer are too large ({limit})"))
    }

    pub(crate) fn too_many_redirects() -> Self {
        Self::network(
            "ERR_FR_TOO_MANY_REDIRECTS",
            format!("too many redirects ({})", limit_met("redirects", MAX_REDIRECTS, MAX_REDIRECTS + 1)),
        )
    }

    pub(crate) fn bad_redirect(why: &str) -> Self {
        Self::network("ERR_FR_REDIRECTION_FAILURE", format!("the redirect cannot be followed: {why}"))
    }

    fn network(code: &'static str, message: String) -> Self {
        Self::Network { code, message }
    }

    /// The code, for the report.
    pub(crate) fn code(&self) -> &'static str {
        match self {
            Self::Network { code, .. } => code,
            Self::Refused(refusal) => refusal.code(),
        }
    }

    /// The error that a function sees.
    pub(crate) fn into_error(self) -> HostError {
        match self {
            Self::Network { code, message } => HostError::Network { code: code.into(), message },
            Self::Refused(refusal) => {
                HostError::Configuration { code: refusal.code().into(), message: refusal.to_string() }
            }
        }
    }
}

type Cause<'e> = &'e (dyn Error + 'static);

/// The error and everything beneath it. An I/O error hides the error that it carries from `source`.
fn causes(error: &reqwest::Error) -> Vec<Cause<'_>> {
    let mut found = Vec::new();
    let mut next: Option<Cause<'_>> = error.source();
    while let Some(cause) = next {
        found.push(cause);
        let carried = cause.downcast_ref::<io::Error>().and_then(io::Error::get_ref);
        next = match carried {
            Some(carried) => Some(carried as Cause<'_>),
            None => cause.source(),
        };
    }
    found
}

fn by_cause(cause: Cause<'_>, error: &reqwest::Error, address: &str) -> Option<Failure> {
    if let Some(error) = cause.downcast_ref::<rustls::Error>() {
        return Some(Failure::network(tls_code(error), format!("{address}: {error}")));
    }
    if let Some(error) = cause.downcast_ref::<hyper::Error>() {
        return http_failure(error, address);
    }
    let io = cause.downcast_ref::<io::Error>()?;
    let system = if error.is_connect() { "connect" } else { "read" };
    let code = match io.kind() {
        io::ErrorKind::ConnectionRefused => "ECONNREFUSED",
        io::ErrorKind::ConnectionReset => "ECONNRESET",
        io::ErrorKind::ConnectionAborted => "ECONNABORTED",
        io::ErrorKind::TimedOut => "ETIMEDOUT",
        io::ErrorKind::HostUnreachable => "EHOSTUNREACH",
        io::ErrorKind::NetworkUnreachable => "ENETUNREACH",
        io::ErrorKind::AddrNotAvailable => "EADDRNOTAVAIL",
        io::ErrorKind::BrokenPipe => "EPIPE",
        io::ErrorKind::UnexpectedEof => return Some(hung_up()),
        _ => return None,
    };
    Some(Failure::network(code, format!("{system} {code} {address}")))
}

fn http_failure(error: &hyper::Error, address: &str) -> Option<Failure> {
    if error.is_parse_too_large() {
        // Nobody counted the rest.
        return Some(Failure::headers_too_large(MAX_HEADER_BYTES + 1));
    }
    let carried = error.source().and_then(|cause| cause.downcast_ref::<io::Error>()).map(io::Error::kind);
    let malformed = matches!(carried, Some(io::ErrorKind::InvalidInput | io::ErrorKind::InvalidData));
    if error.is_parse() || malformed {
        // Node names the parser's complaint; what all of them have in common is that this is not HTTP.
        let message = format!("Parse Error: {address} sent no valid HTTP: {error}");
        return Some(Failure::network("HPE_INVALID_CONSTANT", message));
    }
    let torn = carried == Some(io::ErrorKind::UnexpectedEof);
    (torn || error.is_incomplete_message() || error.is_closed() || error.is_canceled()).then(hung_up)
}

fn hung_up() -> Failure {
    Failure::network("ECONNRESET", "socket hang up".to_owned())
}

fn tls_code(error: &rustls::Error) -> &'static str {
    let rustls::Error::InvalidCertificate(problem) = error else { return "EPROTO" };
    match problem {
        CertificateError::Expired | CertificateError::ExpiredContext { .. } => "CERT_HAS_EXPIRED",
        CertificateError::NotValidYet | CertificateError::NotValidYetContext { .. } => "CERT_NOT_YET_VALID",
        CertificateError::Revoked => "CERT_REVOKED",
        CertificateError::BadSignature => "CERT_SIGNATURE_FAILURE",
        CertificateError::UnknownIssuer => "UNABLE_TO_VERIFY_LEAF_SIGNATURE",
        CertificateError::NotValidForName | CertificateError::NotValidForNameContext { .. } => {
            "ERR_TLS_CERT_ALTNAME_INVALID"
        }
        _ => "CERT_UNTRUSTED",
    }
}

/// An error and its causes in one line, without the URL.
pub(super) fn chain(error: &reqwest::Error) -> String {
    causes(error).iter().map(ToString::to_string).collect::<Vec<_>>().join(": ")
}
