// The engine's side of the border, played in memory: it records what crosses, and answers as a test wants.
import type { Answer, HostFailure, Ops, Settlement, WireRequest, WireResponse, WriteResult } from '../../src/ops.ts';

// As the engine, this side does not notice what a function replaces in the realm.
const { parse } = JSON;

function append<T>(list: T[], item: T): void {
    list[list.length] = item;
}

interface Recorded {
    requests: { wire: WireRequest; bytes: Uint8Array | null }[];
    connections: [string | null, string | null][];
    writes: { json: string; kind: 'set' | 'update'; version: number | null }[];
    logs: { level: string; message: string; meta: unknown }[];
    warnings: { code: string; message: string; keys: string[] }[];
    settled: { settlement: Settlement; thrown: unknown }[];
}

const nothing = (): Recorded => ({ requests: [], connections: [], writes: [], logs: [], warnings: [], settled: [] });

function response(status: number, body: string, headers: [string, string][] = []): WireResponse {
    return { status, statusText: 'Text', headers, text: body, bytes: null, url: 'https://api.test/v1/x?a=b' };
}

const initial = {
    metadata: 'null',
    version: 0,
    connection: '{}',
    /** How an answer to a request is made. */
    answer: (_wire: WireRequest): Promise<Answer<WireResponse>> => Promise.resolve(ok(response(200, '{}'))),
    /** Decides over a write before it happens; null lets it happen. */
    onWrite: (): WriteResult | HostFailure | null => null,
};

export function ok<T>(value: T): Answer<T> {
    return { ok: value, error: null };
}

export function failed(failure: Partial<HostFailure>): Answer<never> {
    return { ok: null, error: { kind: 'network', code: 'ECONNREFUSED', message: 'refused', status: null, body: null, ...failure } };
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

export const op_onevent_connection: Ops['op_onevent_connection'] = async (integration, connection) => {
    append(host.connections, [integration, connection]);
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
