//! The V8 extension: the ops behind `nango.*` and `console`, the Rust side of `js-sdk/src/ops.ts`, and the recipe of
//! the snapshots that isolates start from.
//!
//! A snapshot must be baked with exactly the ops that run on it, so whoever bakes one and whoever runs on it take
//! both from here.
#![forbid(unsafe_code)]

mod answers;
mod before_run;
mod budget;
mod bytes;
mod call;
mod calls;
mod carried;
mod checkpoint;
mod commonjs;
mod crypto;
mod environment;
mod fetch;
mod function_modules;
#[doc(hidden)]
pub mod fuzzing;
mod host;
mod locks;
mod log;
mod metadata;
mod modules;
mod place;
mod runs;
mod settle;
pub mod snapshot;
mod state;
mod timer_ops;
mod timers;
mod untaken;
mod urls;
pub mod v8_flags;
mod wire;

pub use self::answers::give_answers;
pub use self::before_run::BeforeRun;
pub use self::budget::{MAX_CONCURRENT_CALLS, MAX_OPEN_CALLS};
pub use self::calls::Answer;
pub use self::checkpoint::MAX_CHECKPOINT_BYTES;
pub use self::fetch::MAX_HEADERS as MAX_FETCH_HEADERS;
pub use self::function_modules::FunctionModules;
pub use self::locks::{
    LONGEST_TIME_TO_LIVE as LONGEST_LOCK, MAX_KEY_CHARS as MAX_LOCK_KEY_CHARS, release_after, release_locks,
};
pub use self::metadata::write_to_its_end;
pub use self::modules::{LoadedModules, target as import_target};
pub use self::place::ScriptPlace;
pub use self::runs::SharedRuns;
pub use self::settle::{js_error, project_frames};
pub use self::state::{Completion, EndOnDrop, RunState, ThrownError};
pub use self::timers::Timers;
pub use self::urls::{MAX_SEARCH_PARAMS, MAX_URL_UNITS};
pub use self::wire::MAX_PAIRS;
pub use onevent_crypto::limits as crypto_limits;

use deno_core::Extension;

deno_core::extension!(
    onevent,
    deps = [deno_webidl, deno_web],
    ops = [
        crypto::op_onevent_digest,
        crypto::op_onevent_hmac,
        crypto::op_onevent_random,
        crypto::op_onevent_equal,
        crypto::op_onevent_pbkdf2,
        crypto::op_onevent_scrypt,
        crypto::ciphers::op_onevent_aes_gcm,
        crypto::ciphers::op_onevent_aes_cbc,
        crypto::ciphers::op_onevent_aes_ctr,
        crypto::keys::op_onevent_read_key,
        crypto::keys::op_onevent_key_from_parts,
        crypto::keys::op_onevent_key_parts,
        crypto::keys::op_onevent_traditional_key,
        crypto::keys::op_onevent_generate_key,
        crypto::signatures::op_onevent_sign,
        crypto::signatures::op_onevent_verify,
        crypto::signatures::op_onevent_rsa_oaep,
        host::op_onevent_proxy,
        host::op_onevent_connection,
        metadata::op_onevent_metadata,
        metadata::op_onevent_write_metadata,
        environment::op_onevent_pagination,
        environment::op_onevent_integration,
        environment::op_onevent_environment_variables,
        environment::op_onevent_trigger_action,
        fetch::op_onevent_fetch,
        bytes::op_onevent_take_bytes,
        locks::op_onevent_acquire_lock,
        locks::op_onevent_release_lock,
        locks::op_onevent_release_all_locks,
        checkpoint::op_onevent_checkpoint,
        checkpoint::op_onevent_write_checkpoint,
        log::op_onevent_log,
        log::op_onevent_warn,
        settle::op_onevent_settled,
        timer_ops::op_onevent_start_timer,
        timer_ops::op_onevent_clear_timer,
        commonjs::op_onevent_require_target,
        commonjs::op_onevent_commonjs_json,
        commonjs::op_onevent_commonjs_function,
    ],
    synthetic_esm = [
        "onevent:commonjs" = "ext:onevent/commonjs.js",
        "onevent:buffer" = "ext:onevent/buffer.js",
        "onevent:crypto" = "ext:onevent/node_crypto.js",
        "onevent:url" = "ext:onevent/node_url.js",
        "onevent:zod" = "ext:onevent/zod.js",
    ],
);

/// The extensions of every isolate, in the order in which the snapshot holds them.
#[must_use]
pub fn extensions() -> Vec<Extension> {
    let mut web = deno_web::deno_web::init(
        std::sync::Arc::new(deno_web::BlobStore::default()),
        None,
        false,
        deno_web::InMemoryBroadcastChannel::default(),
    );
    web.ops = web.ops.iter().copied().map(urls::replace).collect();
    vec![deno_webidl::deno_webidl::init(), web, onevent::init()]
}
