// The engine's scripts: which file each is made of, and by which specifier the engine and the others know it.

/** Modules that are evaluated while the snapshot is baked. */
export const BAKED = {
    bootstrap: 'src/bootstrap/bootstrap.ts',
    built_in_modules: 'src/bootstrap/built-in-modules.ts',
    console: 'src/bootstrap/console.ts',
    lazy_globals: 'src/bootstrap/lazy-globals.ts',
    typical_run: 'src/bootstrap/typical-run.ts',
    typical_run_with_zod: 'src/bootstrap/typical-run-with-zod.ts',
};

/** Scripts that are no part of the snapshot: each is evaluated at its first use. */
export const LAZY = {
    blob: 'src/shims/web/blob.ts',
    bodies: 'src/shims/web/bodies.ts',
    buffer: 'src/shims/node/buffer.ts',
    commonjs: 'src/shims/node/commonjs.ts',
    digests: 'src/shims/crypto/digests.ts',
    fetch: 'src/shims/web/fetch.ts',
    form_data: 'src/shims/web/form-data.ts',
    headers: 'src/shims/web/headers.ts',
    keys: 'src/shims/crypto/keys.ts',
    lazy_streams: 'src/shims/node/lazy-streams.ts',
    node_ciphers: 'src/shims/node/ciphers.ts',
    node_crypto: 'src/shims/node/crypto.ts',
    node_keys: 'src/shims/node/keys.ts',
    node_signatures: 'src/shims/node/signatures.ts',
    node_streams: 'src/shims/node/streams.ts',
    node_url: 'src/shims/node/url.ts',
    node_values: 'src/shims/node/values.ts',
    performance: 'src/shims/web/performance.ts',
    response_stream: 'src/shims/node/response-stream.ts',
    shared_realm: 'src/shims/shared/realm.ts',
    web_crypto: 'src/shims/web/crypto.ts',
    web_keys: 'src/shims/web/keys.ts',
    zod: 'src/shims/zod.ts',
    zod_locales: 'src/shims/zod-locales.ts',
};
