// The engine's ops, as deno_core serves them to the modules that are baked into the snapshot.
declare module 'ext:core/ops' {
    type Ops = import('./ops.ts').Ops;
    export const op_onevent_proxy: Ops['op_onevent_proxy'];
    export const op_onevent_connection: Ops['op_onevent_connection'];
    export const op_onevent_metadata: Ops['op_onevent_metadata'];
    export const op_onevent_write_metadata: Ops['op_onevent_write_metadata'];
    export const op_onevent_log: Ops['op_onevent_log'];
    export const op_onevent_warn: Ops['op_onevent_warn'];
    export const op_onevent_settled: Ops['op_onevent_settled'];
}
