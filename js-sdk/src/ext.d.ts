// What deno_core gives its own modules, as far as the SDK and the scripts use it.
declare module 'ext:core/mod.js' {
    /** A method as a function of its receiver. */
    type Uncurried<T> = T extends (...args: infer Args) => infer Result ? (self: unknown, ...args: Args) => Result : never;

    export const core: {
        /** What a script that is loaded lazily exports; the first call evaluates it. */
        loadExtScript(specifier: string): unknown;
        /** What V8 carries from a promise's reaction to where it runs. */
        getAsyncContext(): unknown;
        isAnyArrayBuffer(value: unknown): value is ArrayBuffer;
        isMap(value: unknown): value is Map<unknown, unknown>;
        isProxy(value: unknown): boolean;
        isRegExp(value: unknown): value is RegExp;
        isSet(value: unknown): value is Set<unknown>;
        isStringObject(value: unknown): boolean;
        isTypedArray(value: unknown): boolean;
        /** Of a proxy: its target and its handler. */
        getProxyDetails(value: unknown): [unknown, unknown];
        /** How to make the error that an op names. */
        registerErrorBuilder(name: string, build: (message: string) => unknown): void;
        setUnhandledPromiseRejectionHandler(handler: (promise: unknown, reason: unknown) => boolean): void;
        setReportExceptionCallback(callback: (thrown: unknown) => void): void;
    };
    /** The built-ins as they were before any function's code ran. */
    export const primordials: {
        ArrayBuffer: ArrayBufferConstructor;
        ArrayBufferIsView: typeof ArrayBuffer.isView;
        ArrayIsArray: typeof Array.isArray;
        ArrayPrototypePush<T>(list: T[], ...items: T[]): number;
        DateNow: typeof Date.now;
        Error: ErrorConstructor;
        JSONParse: typeof JSON.parse;
        MapPrototypeDelete<K>(map: Map<K, unknown>, key: K): boolean;
        MapPrototypeGet<K, V>(map: Map<K, V>, key: K): V | undefined;
        MapPrototypeSet<K, V>(map: Map<K, V>, key: K, value: V): Map<K, V>;
        ObjectDefineProperty: typeof Object.defineProperty;
        ObjectGetOwnPropertyDescriptor: typeof Object.getOwnPropertyDescriptor;
        ObjectGetPrototypeOf: (value: object) => object | null;
        ObjectKeys: typeof Object.keys;
        Proxy: ProxyConstructor;
        RangeError: RangeErrorConstructor;
        ReflectApply: typeof Reflect.apply;
        ReflectConstruct: typeof Reflect.construct;
        ReflectDeleteProperty: typeof Reflect.deleteProperty;
        ReflectOwnKeys: typeof Reflect.ownKeys;
        SafeMap: MapConstructor;
        SafeMapIterator: new <K, V>(map: Map<K, V>) => IterableIterator<[K, V]>;
        SafeSetIterator: new <T>(set: Set<T>) => IterableIterator<T>;
        String: StringConstructor;
        StringPrototypeRepeat: Uncurried<typeof String.prototype.repeat>;
        StringPrototypeSlice: Uncurried<typeof String.prototype.slice>;
        Symbol: SymbolConstructor;
        SymbolToStringTag: typeof Symbol.toStringTag;
        TypeError: TypeErrorConstructor;
        Uint8Array: Uint8ArrayConstructor;
        queueMicrotask(callback: () => void): void;
    };
}

// The engine's ops, as deno_core serves them to its own modules and scripts.
declare module 'ext:core/ops' {
    type Ops = import('./ops.ts').Ops;
    type CryptoOps = import('./ops-crypto.ts').CryptoOps;
    type ModuleOps = import('./ops-modules.ts').ModuleOps;
    export const op_onevent_proxy: Ops['op_onevent_proxy'];
    export const op_onevent_connection: Ops['op_onevent_connection'];
    export const op_onevent_metadata: Ops['op_onevent_metadata'];
    export const op_onevent_write_metadata: Ops['op_onevent_write_metadata'];
    export const op_onevent_pagination: Ops['op_onevent_pagination'];
    export const op_onevent_integration: Ops['op_onevent_integration'];
    export const op_onevent_environment_variables: Ops['op_onevent_environment_variables'];
    export const op_onevent_trigger_action: Ops['op_onevent_trigger_action'];
    export const op_onevent_fetch: Ops['op_onevent_fetch'];
    export const op_onevent_take_bytes: Ops['op_onevent_take_bytes'];
    export const op_onevent_acquire_lock: Ops['op_onevent_acquire_lock'];
    export const op_onevent_release_lock: Ops['op_onevent_release_lock'];
    export const op_onevent_release_all_locks: Ops['op_onevent_release_all_locks'];
    export const op_onevent_checkpoint: Ops['op_onevent_checkpoint'];
    export const op_onevent_write_checkpoint: Ops['op_onevent_write_checkpoint'];
    export const op_onevent_log: Ops['op_onevent_log'];
    export const op_onevent_warn: Ops['op_onevent_warn'];
    export const op_onevent_start_timer: Ops['op_onevent_start_timer'];
    export const op_onevent_clear_timer: Ops['op_onevent_clear_timer'];
    export const op_onevent_settled: Ops['op_onevent_settled'];
    export const op_onevent_digest: CryptoOps['op_onevent_digest'];
    export const op_onevent_hmac: CryptoOps['op_onevent_hmac'];
    export const op_onevent_random: CryptoOps['op_onevent_random'];
    export const op_onevent_equal: CryptoOps['op_onevent_equal'];
    export const op_onevent_pbkdf2: CryptoOps['op_onevent_pbkdf2'];
    export const op_onevent_scrypt: CryptoOps['op_onevent_scrypt'];
    export const op_onevent_aes_gcm: CryptoOps['op_onevent_aes_gcm'];
    export const op_onevent_aes_cbc: CryptoOps['op_onevent_aes_cbc'];
    export const op_onevent_aes_ctr: CryptoOps['op_onevent_aes_ctr'];
    export const op_onevent_read_key: CryptoOps['op_onevent_read_key'];
    export const op_onevent_key_from_parts: CryptoOps['op_onevent_key_from_parts'];
    export const op_onevent_key_parts: CryptoOps['op_onevent_key_parts'];
    export const op_onevent_traditional_key: CryptoOps['op_onevent_traditional_key'];
    export const op_onevent_generate_key: CryptoOps['op_onevent_generate_key'];
    export const op_onevent_sign: CryptoOps['op_onevent_sign'];
    export const op_onevent_verify: CryptoOps['op_onevent_verify'];
    export const op_onevent_rsa_oaep: CryptoOps['op_onevent_rsa_oaep'];
    export const op_onevent_require_target: ModuleOps['op_onevent_require_target'];
    export const op_onevent_commonjs_json: ModuleOps['op_onevent_commonjs_json'];
    export const op_onevent_commonjs_function: ModuleOps['op_onevent_commonjs_function'];
}
