//! Every limit of an outgoing call, in one place.

use std::time::Duration;

/// How much of a body is shown to whoever looks at what crosses the wire, in bytes. It is hidden from first, and cut then.
pub const MAX_SHOWN_BODY_BYTES: usize = 4 * 1024;

/// The longest body of an answer, in bytes after decompression. The count runs while the body streams in, so a
/// small file that unpacks into a large one is stopped as well. A larger body fails the call.
pub const MAX_BODY_BYTES: usize = 16 * 1024 * 1024;

/// The body of an answer may be packed this many times over; more fail the call.
pub const MAX_CONTENT_CODINGS: usize = 5;

/// An answer may have this many header lines; more fail the call.
pub const MAX_HEADERS: usize = 256;

/// The names and values of an answer's headers may have this many bytes in all; more fail the call.
pub const MAX_HEADER_BYTES: usize = 256 * 1024;

/// A call follows this many redirects; one more fails it. Nango's number.
pub const MAX_REDIRECTS: usize = 5;

/// The longest time to look up a name, connect and agree on TLS.
pub const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);

/// The longest time for one attempt, from the lookup of the name to the last byte of the body, redirects
/// included. The run's own deadline shortens it. Nango has no such limit, so it is generous. Of a streamed call it is
/// the longest time to the head of an answer: what passes after it may take as long as it likes, and so may the
/// caller's body before it, as long as it moves.
pub const ATTEMPT_TIMEOUT: Duration = Duration::from_secs(120);

/// The longest time for a token endpoint's answer. Runs wait for it, and others for the lease of whoever asks: it has to
/// be shorter than that.
pub const TOKEN_TIMEOUT: Duration = Duration::from_secs(20);

/// The longest body of a token endpoint's answer, in bytes after decompression; a larger one is no answer. Real ones have
/// a few kilobytes, and what came is kept with the connection.
pub const MAX_TOKEN_ANSWER_BYTES: usize = 256 * 1024;

/// The longest body of a streamed call that is kept, in bytes, so that it can be sent once more: by another attempt, or
/// where a redirect asks for it. A larger one is passed on while it arrives, and sent once.
pub const MAX_REPEATABLE_BODY_BYTES: usize = 1024 * 1024;

/// The wait after the first failed attempt where the provider asks for none; it doubles with every attempt.
/// Nango's number.
pub const FIRST_BACKOFF: Duration = Duration::from_secs(3);

/// The longest wait that doubling leads to. Nango's number.
pub const LONGEST_BACKOFF: Duration = Duration::from_secs(600);

/// The shortest wait between two attempts, also where a provider says `Retry-After: 0`: a run must not become a
/// way to flood it.
pub const SHORTEST_WAIT: Duration = Duration::from_millis(100);

/// `${…}` may stand inside `${…}` this deep.
pub(crate) const MAX_TEMPLATE_DEPTH: usize = 8;
