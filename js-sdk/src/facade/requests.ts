// `nango.proxy` and its five shorthands.
import { op_onevent_proxy } from 'ext:core/ops';

import { buildRequest } from '../http/request.ts';
import { configOf, failureError, settleResponse, toResponse } from '../http/response.ts';
import { StringPrototypeToLowerCase } from '../primordials.ts';
import { paginate } from '../paginate/paginate.ts';
import type { NangoOnEvent, ProxyResponse } from '../types.ts';
import type { PendingCalls } from './pending.ts';

type Requests = Pick<NangoOnEvent, 'proxy' | 'get' | 'post' | 'put' | 'patch' | 'delete' | 'paginate'>;

async function send(calls: PendingCalls, config: unknown): Promise<ProxyResponse> {
    const { wire, bytes, data } = buildRequest(config);
    const name = `${StringPrototypeToLowerCase(wire.method)} ${wire.endpoint || (wire.baseUrlOverride ?? '')}`;
    return await calls.track(name, async () => {
        const answer = await op_onevent_proxy(wire, bytes);
        if (answer.error !== null) {
            throw failureError(answer.error, configOf(wire, data));
        }
        return settleResponse(toResponse(wire, answer.ok, data));
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
