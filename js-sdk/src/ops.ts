// The border between the SDK and the engine: every op that the SDK may call, and the shape of what crosses.
// Plain values cross, never handles; a host's failure comes back as a value, so that the SDK can build the
// error that an author knows. runtime/engine/src/ops/ is the other side.

/** What a host could not do. `kind` decides which error class the author sees. */
export interface HostFailure {
    kind: 'network' | 'configuration' | 'api' | 'unsupported';
    code: string;
    message: string;
    /** Only for `api`: the status that Nango's API would have answered. */
    status: number | null;
}

/** The answer of an op that asks the host. */
export type Answer<T> = { ok: T; error: null } | { ok: null; error: HostFailure };

/** A proxy call. Every field is present: the SDK fills in the defaults. */
export interface WireRequest {
    endpoint: string;
    method: string;
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
    baseUrlOverride: string | null;
    responseType: 'default' | 'json' | 'text' | 'arraybuffer';
    forwardHeadersOnRedirect: boolean | null;
    providerConfigKey: string | null;
    connectionId: string | null;
}

export interface WireResponse {
    status: number;
    statusText: string;
    /** Lower-case names. */
    headers: [string, string][];
    /** The body as text (UTF-8, invalid sequences replaced); null for responseType `arraybuffer`. */
    text: string | null;
    /** The body's bytes, only for responseType `arraybuffer`. */
    bytes: Uint8Array | null;
    /** The URL that was asked, without its secrets. */
    url: string;
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

export interface Ops {
    /** `bytes` is the body for bodyKind `bytes`, otherwise null. */
    op_onevent_proxy(request: WireRequest, bytes: Uint8Array | null): Promise<Answer<WireResponse>>;
    /** The connection as Nango's JSON text; null means the run's own. */
    op_onevent_connection(providerConfigKey: string | null, connectionId: string | null): Promise<Answer<string>>;
    /** The metadata as JSON text (`null` where none was ever written) and its version. */
    op_onevent_metadata(): Promise<Answer<{ json: string; version: number }>>;
    /** `json`: the whole new object. `version`: write only if it is still this one; null: in any case. */
    op_onevent_write_metadata(json: string, kind: 'set' | 'update', version: number | null): Promise<Answer<WriteResult>>;
    /** One log line. `meta` is JSON text. */
    op_onevent_log(level: 'debug' | 'info' | 'warn' | 'error', message: string, meta: string | null): void;
    /** Puts a warning into the run's report. */
    op_onevent_warn(
        code: 'calls_not_awaited' | 'unhandled_rejection' | 'metadata_invalid_before_run',
        message: string,
        keys: string[],
    ): void;
    /** The run's end. `json` is the JSON text of a `Settlement`; `thrown` is what was thrown, for its stack. */
    op_onevent_settled(json: string, thrown: unknown): void;
}

/** How `exec` ended. */
export type Settlement =
    | { kind: 'returned' }
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
    functionName: string;
    event: string;
    operation: string;
    /** The metadata as it is before the run. */
    metadata: unknown;
    /** Whether metadata that violates the schema before the run is an error instead of a warning. */
    enforceMetadata: boolean;
}

/** What `describe` returns as JSON text. */
export type Description =
    | {
          ok: {
              type: 'onEvent';
              event: string;
              description: string | null;
              /** The widened JSON Schema, or null for no schema and for z.void(). */
              metadata: unknown;
          };
          problem: null;
      }
    | { ok: null; problem: { code: string; message: string } };
