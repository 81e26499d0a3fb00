// Pages: an async generator of lists of items.
import { createAction, createOnEvent } from 'nango';
import type { PaginationConfiguration, ProxyConfiguration } from 'nango';
import { z } from 'zod';

interface Item {
    id: number;
}

export const cursor = createOnEvent({
    event: 'post-connection-creation',
    description: 'cursors',
    exec: async (nango) => {
        const config: ProxyConfiguration = {
            endpoint: '/items',
            params: { limit: 10 },
            retries: 3,
            paginate: {
                type: 'cursor',
                cursor_path_in_response: 'meta.next',
                cursor_name_in_request: 'cursor',
                response_path: 'items',
                limit: 10,
                limit_name_in_request: 'limit',
            },
        };
        for await (const page of nango.paginate<Item>(config)) {
            const ids: number[] = page.map((item) => item.id);
            await nango.log('page', { ids });
        }
    },
});

export const link = createAction({
    description: 'links',
    input: z.void(),
    output: z.array(z.object({ id: z.number() })),
    exec: async ({ paginate }) => {
        const all: Item[] = [];
        for await (const page of paginate<Item>({ endpoint: '/items', paginate: { type: 'link', link_rel_in_response_header: 'next' } })) {
            all.push(...page);
        }
        return all;
    },
});

export const offset = createAction({
    description: 'offsets, and a look at each page',
    input: z.object({ start: z.number() }),
    output: z.number(),
    exec: async (nango, input) => {
        const paginate: PaginationConfiguration = {
            type: 'offset',
            offset_name_in_request: 'skip',
            offset_start_value: input.start,
            offset_calculation_method: 'per-page',
            in_body: false,
            on_page: async ({ nextPageParam, response }) => {
                await nango.log(`next ${nextPageParam}`, { status: response.status });
            },
        };
        let count = 0;
        for await (const page of nango.paginate({ endpoint: '/items', method: 'POST', paginate })) {
            count += page.length;
        }
        return count;
    },
});

export const byTemplate = createOnEvent({
    event: 'validate-connection',
    description: 'the provider knows how',
    exec: async (nango) => {
        const pages = nango.paginate<Item>({ endpoint: '/items' });
        const first = await pages.next();
        if (!first.done && first.value.length === 0) {
            throw new nango.ActionError('nothing there');
        }
        // @ts-expect-error There are three types.
        nango.paginate({ endpoint: '/items', paginate: { type: 'page' } });
    },
});
