import { createAction } from 'nango';
import * as z from 'zod';

export default createAction({
    description: 'uncontrolledFetch: a status that is not thrown, headers, JSON and text, a redirect that became a GET',
    version: '1.0.0',
    input: z.object({
        url: z.url(),
        method: z.enum(['GET', 'POST', 'PUT']).default('GET'),
        body: z.string().optional(),
    }),
    output: z.object({
        ok: z.boolean(),
        status: z.number(),
        type: z.string().nullable(),
        json: z.unknown(),
        text: z.string().nullable(),
    }),
    exec: async (nango, { url, method, body }) => {
        const target = new URL(url);
        target.searchParams.append('from', 'corpus');
        target.searchParams.sort();
        const response = await nango.uncontrolledFetch({
            url: target,
            method,
            headers: { 'X-Corpus': 'yes' },
            ...(body === undefined ? {} : { body }),
        });
        const type = response.headers.get('content-type');
        const isJson = type?.includes('json') ?? false;
        return {
            ok: response.ok,
            status: response.status,
            type,
            json: isJson ? await response.json() : null,
            text: isJson ? null : await response.text(),
        };
    },
});
