//! Scripts that an isolate evaluates at the first use of what they make.
//!
//! They are no part of the snapshot: its size is the cold start of every run, and few runs use them.

/// Specifier and source, sorted by specifier, as deno_core wants them.
pub(super) static LAZY_SCRIPTS: &[(&str, &str)] = &[
    ("ext:deno_web/06_streams.js", include_str!(concat!(env!("OUT_DIR"), "/06_streams.js"))),
    ("ext:deno_web/15_performance.js", include_str!(concat!(env!("OUT_DIR"), "/15_performance.js"))),
    ("ext:onevent/blob.js", include_str!("../../js/lazy/blob.js")),
    ("ext:onevent/bodies.js", include_str!("../../js/lazy/bodies.js")),
    ("ext:onevent/buffer.js", include_str!("../../js/lazy/buffer.js")),
    ("ext:onevent/commonjs.js", include_str!("../../js/lazy/commonjs.js")),
    ("ext:onevent/digests.js", include_str!("../../js/lazy/digests.js")),
    ("ext:onevent/fetch.js", include_str!("../../js/lazy/fetch.js")),
    ("ext:onevent/form_data.js", include_str!("../../js/lazy/form_data.js")),
    ("ext:onevent/headers.js", include_str!("../../js/lazy/headers.js")),
    ("ext:onevent/keys.js", include_str!("../../js/lazy/keys.js")),
    ("ext:onevent/node_ciphers.js", include_str!("../../js/lazy/node_ciphers.js")),
    ("ext:onevent/node_crypto.js", include_str!("../../js/lazy/node_crypto.js")),
    ("ext:onevent/node_keys.js", include_str!("../../js/lazy/node_keys.js")),
    ("ext:onevent/node_signatures.js", include_str!("../../js/lazy/node_signatures.js")),
    ("ext:onevent/node_url.js", include_str!("../../js/lazy/node_url.js")),
    ("ext:onevent/node_values.js", include_str!("../../js/lazy/node_values.js")),
    ("ext:onevent/performance.js", include_str!("../../js/lazy/performance.js")),
    ("ext:onevent/response_stream.js", include_str!("../../js/lazy/response_stream.js")),
    ("ext:onevent/web_crypto.js", include_str!("../../js/lazy/web_crypto.js")),
    ("ext:onevent/web_keys.js", include_str!("../../js/lazy/web_keys.js")),
];
