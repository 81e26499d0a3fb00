// What deno_core gives its own modules. A script that is loaded lazily is evaluated at its first use.
declare module 'ext:core/mod.js' {
    export const core: { loadExtScript(specifier: string): unknown };
}

// The engine's ops, as deno_core serves them to the modules that are baked into the snapshot.
declare module 'ext:core/ops' {
    type Ops = import('./ops.ts').Ops;
    export const op_onevent_proxy: Ops['op_onevent_proxy'];
    export const op_onevent_connection: Ops['op_onevent_connection'];
    export const op_onevent_metadata: Ops['op_onevent_metadata'];
    export const op_onevent_write_metadata: Ops['op_onevent_write_metadata'];
    export const op_onevent_pagination: Ops['op_onevent_pagination'];
    export const op_onevent_integration: Ops['op_onevent_integration'];
    export const op_onevent_environment_variables: Ops['op_onevent_environment_variables'];
    export const op_onevent_trigger_action: Ops['op_onevent_trigger_action'];
    export const op_onevent_fetch: Ops['op_onevent_fetch'];
    export const op_onevent_acquire_lock: Ops['op_onevent_acquire_lock'];
    export const op_onevent_release_lock: Ops['op_onevent_release_lock'];
    export const op_onevent_release_all_locks: Ops['op_onevent_release_all_locks'];
    export const op_onevent_checkpoint: Ops['op_onevent_checkpoint'];
    export const op_onevent_write_checkpoint: Ops['op_onevent_write_checkpoint'];
    export const op_onevent_log: Ops['op_onevent_log'];
    export const op_onevent_warn: Ops['op_onevent_warn'];
    export const op_onevent_settled: Ops['op_onevent_settled'];
}
