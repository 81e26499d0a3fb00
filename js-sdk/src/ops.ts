// The border between the SDK and the engine: every op that the SDK may call, and the shape of what crosses.
// Plain values cross, never handles; a host's failure comes back as a value, so that the SDK can build the
// error that an author knows. runtime/ops/src/ is the other side.

/** What a host could not do. `kind` decides which error class the author sees. */
export interface HostFailure {
    kind: 'network' | 'broken_body' | 'configuration' | 'api' | 'answer' | 'unsupported';
    code: string;
    message: string;
    /** Only for `api` and `answer`: the status that Nango's API would have answered; and that of a broken answer. */
    status: number | null;
    /** Only for `answer`: the whole body that Nango's API would have answered, as JSON text. */
    body: string | null;
    /** Only for `broken_body`: what came of the answer. */
    response: WireHead | null;
}

/** The answer of an op that asks the host. */
export type OpResult<T> = { ok: T; error: null } | { ok: null; error: HostFailure };

/** A proxy call. Every field is present: the SDK fills in the defaults. */
export interface WireRequest {
    endpoint: string;
    method: string;
    /** Names as the author wrote them. */
    headers: [string, string][];
    /** A query as text, or as pairs, or neither. */
    paramsText: string | null;
    paramsPairs: [string, string][] | null;
    /** How `body`/`bytes` is to be sent; `none` sends none. */
    bodyKind: 'none' | 'json' | 'text' | 'bytes' | 'form' | 'multipart';
    /** JSON text for `json`, the text for `text`; null otherwise. */
    bodyText: string | null;
    /** For `form` and `multipart`. */
    bodyPairs: [string, string][] | null;
    retries: number;
    retryOn: number[];
    /** Names of headers that say when, and after how many seconds, to try again. */
    retryHeaderAt: string | null;
    retryHeaderAfter: string | null;
    baseUrlOverride: string | null;
    responseType: 'default' | 'json' | 'text' | 'arraybuffer';
    forwardHeadersOnRedirect: boolean | null;
    providerConfigKey: string | null;
    connectionId: string | null;
}

/** An answer without its body. */
export interface WireHead {
    status: number;
    statusText: string;
    /** Lower-case names. Of a provider's answer, only `set-cookie` occurs more than once. */
    headers: [string, string][];
    /** The URL that was asked first, without its secrets. */
    url: string;
    /** The request that this is the answer to: redirects may have led elsewhere. */
    lastMethod: string;
    lastUrl: string;
    redirected: boolean;
}

/** The bytes of an answer, which `op_onevent_take_bytes` gives once. */
export interface WireBytes {
    id: number;
    length: number;
}

export interface WireResponse extends WireHead {
    /** The body as text (UTF-8, invalid sequences replaced); null for responseType `arraybuffer`. */
    text: string | null;
    /** The body's bytes, only for responseType `arraybuffer`. */
    bytes: WireBytes | null;
}

export interface Violation {
    path: (string | number)[];
    message: string;
    code: string;
}

/** What became of a metadata write. */
export interface WriteResult {
    outcome: 'written' | 'conflict' | 'invalid';
    /** Only for `invalid`: what the Rust side's JSON Schema found. */
    violations: Violation[];
}

/** A request without credentials. */
export interface WireFetch {
    url: string;
    method: string;
    headers: [string, string][];
}

export interface WireFetched {
    status: number;
    statusText: string;
    /** Lower-case names; a name may occur more than once. */
    headers: [string, string][];
    bytes: WireBytes;
    url: string;
    redirected: boolean;
}

export interface Ops {
    /** `bytes` is the body for bodyKind `bytes`, otherwise null. */
    op_onevent_proxy(request: WireRequest, bytes: Uint8Array | null): Promise<OpResult<WireResponse>>;
    /** The connection as Nango's JSON text; null means the run's own. */
    op_onevent_connection(
        providerConfigKey: string | null,
        connectionId: string | null,
        refresh: boolean,
        refreshTokens: boolean,
    ): Promise<OpResult<string>>;
    /** The metadata as JSON text (`null` where none was ever written) and its version. */
    op_onevent_metadata(): Promise<OpResult<{ json: string; version: number }>>;
    /** `json`: the whole new object. `version`: write only if it is still this one; null: in any case. */
    op_onevent_write_metadata(json: string, kind: 'set' | 'update', version: number | null): Promise<OpResult<WriteResult>>;
    /** The inner `data` object of Nango's integration endpoint, as JSON text. `include`: `webhook`, `credentials`. */
    op_onevent_integration(include: string[]): Promise<OpResult<string>>;
    /** The pagination options in the template of a provider, as JSON text; `null` where it has none. */
    op_onevent_pagination(providerConfigKey: string | null): Promise<OpResult<string>>;
    /** `[{name, value}]` as JSON text. */
    op_onevent_environment_variables(): Promise<OpResult<string>>;
    /** Runs an action to its end. `input` and the answer are JSON texts. */
    op_onevent_trigger_action(
        providerConfigKey: string,
        connectionId: string,
        name: string,
        input: string,
    ): Promise<OpResult<string>>;
    op_onevent_fetch(request: WireFetch, body: Uint8Array | null): Promise<OpResult<WireFetched>>;
    /** `into` is as long as they are. Memory that JavaScript allocates counts against the run. */
    op_onevent_take_bytes(id: number, into: Uint8Array): void;
    op_onevent_acquire_lock(key: string, ttlMs: number): Promise<OpResult<boolean>>;
    op_onevent_release_lock(key: string): Promise<OpResult<boolean>>;
    op_onevent_release_all_locks(): Promise<OpResult<null>>;
    /** The checkpoint as JSON text (`null` where there is none) and its version. */
    op_onevent_checkpoint(): Promise<OpResult<{ json: string; version: number }>>;
    /** `json` is JSON text, null clears. The answer is the new version; -1 where the stored one was another. */
    op_onevent_write_checkpoint(json: string | null, expectedVersion: number): Promise<OpResult<number>>;
    /** One log line. `meta` is JSON text. */
    op_onevent_log(level: 'debug' | 'info' | 'warn' | 'error', message: string, meta: string | null): void;
    /** Puts a warning into the run's report. */
    op_onevent_warn(
        code:
            | 'calls_not_awaited'
            | 'unhandled_rejection'
            | 'metadata_invalid_before_run'
            | 'invalid_action_input'
            | 'invalid_action_output',
        message: string,
        keys: string[],
    ): void;
    /** In a shared isolate: the number of a timer; 0 where the run has ended. */
    op_onevent_start_timer(milliseconds: number, repeats: boolean): number;
    op_onevent_clear_timer(id: number): void;
    /** The run's end. `json` is the JSON text of a `Settlement`; `thrown` is what was thrown, for its stack. */
    op_onevent_settled(json: string, thrown: unknown): void;
}

/** How `exec` ended. */
export type Settlement =
    /** `output` is what an action returned, as JSON text; null of an event function, and for nothing. */
    | { kind: 'returned'; output: string | null }
    | {
          kind: 'threw';
          error: {
              type: string;
              code: string;
              message: string;
              payload: unknown;
              status: number;
              additional_properties?: unknown;
          };
      };

/** What the engine hands to `execute`. */
export interface RunFacts {
    connectionId: string;
    providerConfigKey: string;
    provider: string;
    environmentName: string;
    runId: string;
    /** 1 for the first attempt. */
    attempt: number;
    idempotencyKey: string;
    isReplay: boolean;
    /** Whether nothing of this run is kept. */
    dryRun: boolean;
    functionName: string;
    /** Null of an action, as `operation` is. */
    event: string | null;
    operation: string | null;
    /** What an action is called with; missing where it is called without an input, and of an event function. */
    input?: unknown;
    /** The metadata as it is before the run. */
    metadata: unknown;
    /** Whether metadata, input and output that violate their schemas are an error instead of a warning. */
    enforceSchemas: boolean;
    /** Whether input is so, where the rest is not. */
    enforceInput?: boolean;
}

/** What `describe` returns as JSON text. */
export type Description =
    | {
          ok:
              | {
                    type: 'onEvent';
                    event: string;
                    description: string | null;
                    /** The widened JSON Schema, or null for no schema and for z.void(). */
                    metadata: unknown;
                }
              | {
                    type: 'action';
                    description: string | null;
                    /** Each a widened JSON Schema or null, as of an event function. */
                    metadata: unknown;
                    input: unknown;
                    output: unknown;
                };
          problem: null;
      }
    | { ok: null; problem: { code: string; message: string } };
