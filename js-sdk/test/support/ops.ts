// The engine's side of the border, played in memory: it records what crosses, and answers as a test wants.
import type {
    OpResult,
    HostFailure,
    Ops,
    Settlement,
    WireFetch,
    WireBytes,
    WireFetched,
    WireHead,
    WireRequest,
    WireResponse,
    WriteResult,
} from '../../src/ops.ts';

// As the engine, this side does not notice what a function replaces in the realm.
const { parse } = JSON;

function append<T>(list: T[], item: T): void {
    list[list.length] = item;
}

interface Recorded {
    requests: { wire: WireRequest; bytes: Uint8Array | null }[];
    connections: [string | null, string | null][];
    connectionOptions: { refresh: boolean; refreshTokens: boolean }[];
    writes: { json: string; kind: 'set' | 'update'; version: number | null }[];
    logs: { level: string; message: string; meta: unknown }[];
    warnings: { code: string; message: string; keys: string[] }[];
    settled: { settlement: Settlement; thrown: unknown }[];
    /** Calls of every other op: its short name and what it was given. */
    calls: [string, ...unknown[]][];
    fetches: { request: WireFetch; body: Uint8Array | null }[];
}

const nothing = (): Recorded => ({
    requests: [],
    connections: [],
    connectionOptions: [],
    writes: [],
    logs: [],
    warnings: [],
    settled: [],
    calls: [],
    fetches: [],
});

/** What came before a body: by default from where it was asked. */
export function head(status: number, headers: [string, string][] = [], last: Partial<WireHead> = {}): WireHead {
    const url = 'https://api.test/v1/x?a=b';
    return { status, statusText: 'Text', headers, url, lastMethod: 'GET', lastUrl: url, redirected: false, ...last };
}

const untaken: Uint8Array[] = [];

/** Bytes of an answer, to be taken. */
export function kept(bytes: Uint8Array): WireBytes {
    append(untaken, bytes);
    return { id: untaken.length - 1, length: bytes.length };
}

export const op_onevent_take_bytes: Ops['op_onevent_take_bytes'] = (id, into) => {
    into.set(untaken[id] ?? []);
};

function response(status: number, body: string, headers: [string, string][] = []): WireResponse {
    return { ...head(status, headers), text: body, bytes: null };
}

const initial = {
    metadata: 'null',
    version: 0,
    connection: '{}',
    /** How an answer to a request is made. */
    answer: (_wire: WireRequest): Promise<OpResult<WireResponse>> => Promise.resolve(ok(response(200, '{}'))),
    /** The pagination options in the provider's template. */
    pagination: 'null',
    integration: '{}',
    variables: '[]',
    /** What an action returned. */
    output: 'null',
    checkpoint: { json: 'null', version: 0 },
    /** The next answer of any op below that is to fail. */
    failure: null as OpResult<never> | null,
    fetched: (_request: WireFetch): OpResult<WireFetched> => failed({}),
    /** Decides over a write before it happens; null lets it happen. */
    onWrite: (): WriteResult | HostFailure | null => null,
};

export function ok<T>(value: T): OpResult<T> {
    return { ok: value, error: null };
}

export function failed(failure: Partial<HostFailure>): OpResult<never> {
    return { ok: null, error: { kind: 'network', code: 'ECONNREFUSED', message: 'refused', status: null, body: null, response: null, ...failure } };
}

export const host = {
    ...initial,
    ...nothing(),
    reset(): void {
        Object.assign(host, initial, nothing());
    },
    answerWith(status: number, body: string, headers?: [string, string][]): void {
        host.answer = () => Promise.resolve(ok(response(status, body, headers)));
    },
};

export const op_onevent_proxy: Ops['op_onevent_proxy'] = (wire, bytes) => {
    append(host.requests, { wire, bytes });
    return host.answer(wire);
};

export const op_onevent_connection: Ops['op_onevent_connection'] = async (
    integration,
    connection,
    refresh,
    refreshTokens,
) => {
    append(host.connections, [integration, connection]);
    append(host.connectionOptions, { refresh, refreshTokens });
    return ok(host.connection);
};

export const op_onevent_metadata: Ops['op_onevent_metadata'] = async () =>
    ok({ json: host.metadata, version: host.version });

export const op_onevent_write_metadata: Ops['op_onevent_write_metadata'] = async (json, kind, version) => {
    append(host.writes, { json, kind, version });
    const decision = host.onWrite();
    if (decision !== null) {
        return 'outcome' in decision ? ok(decision) : failed(decision);
    }
    if (version !== null && version !== host.version) {
        return ok({ outcome: 'conflict', violations: [] });
    }
    host.metadata = json;
    host.version += 1;
    return ok({ outcome: 'written', violations: [] });
};

export const op_onevent_log: Ops['op_onevent_log'] = (level, message, meta) => {
    append(host.logs, { level, message, meta: meta === null ? null : parse(meta) });
};

export const op_onevent_warn: Ops['op_onevent_warn'] = (code, message, keys) => {
    append(host.warnings, { code, message, keys });
};

export const op_onevent_settled: Ops['op_onevent_settled'] = (json, thrown) => {
    append(host.settled, { settlement: parse(json) as Settlement, thrown });
};

/** Records a call, and answers with a value unless the test wants a failure. */
function call<T>(value: () => T, ...recorded: [string, ...unknown[]]): Promise<OpResult<T>> {
    append(host.calls, recorded);
    const { failure } = host;
    host.failure = null;
    return Promise.resolve(failure ?? ok(value()));
}

export const op_onevent_pagination: Ops['op_onevent_pagination'] = (providerConfigKey) =>
    call(() => host.pagination, 'pagination', providerConfigKey);

export const op_onevent_integration: Ops['op_onevent_integration'] = (include) =>
    call(() => host.integration, 'integration', include);

export const op_onevent_environment_variables: Ops['op_onevent_environment_variables'] = () =>
    call(() => host.variables, 'environment_variables');

export const op_onevent_trigger_action: Ops['op_onevent_trigger_action'] = (...args) =>
    call(() => host.output, 'trigger_action', ...args);

const locks = new Set<string>();

export const op_onevent_acquire_lock: Ops['op_onevent_acquire_lock'] = (key, ttlMs) =>
    call(() => locks.add(key).has(key), 'acquire_lock', key, ttlMs);

export const op_onevent_release_lock: Ops['op_onevent_release_lock'] = (key) =>
    call(() => locks.delete(key), 'release_lock', key);

export const op_onevent_release_all_locks: Ops['op_onevent_release_all_locks'] = () =>
    call(() => {
        locks.clear();
        return null;
    }, 'release_all_locks');

export const op_onevent_checkpoint: Ops['op_onevent_checkpoint'] = () => call(() => host.checkpoint, 'checkpoint');

export const op_onevent_write_checkpoint: Ops['op_onevent_write_checkpoint'] = (json, expected) =>
    call(() => {
        if (expected !== host.checkpoint.version) {
            return -1;
        }
        host.checkpoint = { json: json ?? 'null', version: expected + 1 };
        return host.checkpoint.version;
    }, 'write_checkpoint', json, expected);

export const op_onevent_fetch: Ops['op_onevent_fetch'] = async (request, body) => {
    append(host.fetches, { request, body });
    return host.fetched(request);
};
