// `nango.proxy` and its five shorthands.
import { op_onevent_proxy } from 'ext:core/ops';

import { type BuiltRequest, buildRequest } from '../http/request.ts';
import { configOf, failureError, settleResponse, toResponse } from '../http/response.ts';
import { boundedText } from '../json/bounded.ts';
import { ArrayPrototypePush, StringPrototypeToLowerCase } from '../primordials.ts';
import { paginate } from '../paginate/paginate.ts';
import type { NangoOnEvent, ProxyResponse } from '../types.ts';
import type { PendingCalls } from './pending.ts';

/** UTF-16 units of what a call is called in a warning. */
const MAX_NAME_UNITS = 200;

type Requests = Pick<NangoOnEvent, 'proxy' | 'get' | 'post' | 'put' | 'patch' | 'delete' | 'paginate'>;

/** The request with its body's bytes; its content type, where the body has one, is the body's, as in axios. */
async function withBody(request: BuiltRequest, collect: NonNullable<BuiltRequest['collect']>): Promise<BuiltRequest> {
    const { bytes, type } = await collect();
    if (type === null) {
        return { ...request, bytes };
    }
    const headers: [string, string][] = [];
    for (let index = 0; index < request.wire.headers.length; index++) {
        const pair = request.wire.headers[index] as [string, string];
        if (StringPrototypeToLowerCase(pair[0]) !== 'content-type') {
            ArrayPrototypePush(headers, pair);
        }
    }
    ArrayPrototypePush(headers, ['content-type', type]);
    return { ...request, wire: { ...request.wire, headers }, bytes };
}

async function send(calls: PendingCalls, config: unknown): Promise<ProxyResponse> {
    const built = buildRequest(config);
    const { wire } = built;
    // Cut before it is put together: V8 would copy the whole, and a piece of it keeps all of it.
    const where = boundedText(wire.endpoint || (wire.baseUrlOverride ?? ''), MAX_NAME_UNITS);
    const name = `${StringPrototypeToLowerCase(wire.method)} ${where}`;
    return await calls.track(name, async () => {
        const request = built.collect === null ? built : await withBody(built, built.collect);
        const answer = await op_onevent_proxy(request.wire, request.bytes);
        if (answer.error !== null) {
            throw failureError(answer.error, configOf(request));
        }
        return settleResponse(toResponse(request, answer.ok));
    });
}

/** The request members of one run. */
export function requestMembers(calls: PendingCalls): Requests {
    const withMethod = (method: string) => (config: unknown) =>
        send(calls, typeof config === 'object' && config !== null ? { ...config, method } : config);
    return {
        proxy: (config: unknown) => send(calls, config),
        get: withMethod('GET'),
        post: withMethod('POST'),
        put: withMethod('PUT'),
        patch: withMethod('PATCH'),
        delete: withMethod('DELETE'),
        paginate: (config: unknown) => paginate(config, (page) => send(calls, page)),
    } as Requests;
}
