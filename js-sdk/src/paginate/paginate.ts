// `nango.paginate`: an async generator of pages.
import { op_onevent_pagination } from 'ext:core/ops';

import { RequestError } from '../http/request-error.ts';
import { failureError } from '../http/response.ts';
import { JSONParse } from '../primordials.ts';
import { paginationOptions } from './options.ts';
import { type Pages, pagesOf, type Send } from './pages.ts';
import type { Config } from './request.ts';

/** The options in the template of the provider that is called. */
async function templateOptions(providerConfigKey: unknown): Promise<unknown> {
    const key = typeof providerConfigKey === 'string' ? providerConfigKey : null;
    const answer = await op_onevent_pagination(key);
    if (answer.error !== null) {
        throw failureError(answer.error, { method: 'get', url: '/providers' });
    }
    return JSONParse(answer.ok);
}

/** Yields the items of page after page. The caller's configuration is only read. */
export async function* paginate(config: unknown, send: Send): Pages {
    if (typeof config !== 'object' || config === null) {
        throw new RequestError('invalid_configuration', 'paginate needs an object such as { endpoint: "/path" }');
    }
    const fields = { __proto__: null, ...config } as unknown as Config;
    const template = await templateOptions(fields['providerConfigKey']);
    const options = paginationOptions(template, fields['paginate'], fields['method']);
    yield* pagesOf(fields, options, send);
}
