import { createAction } from 'nango';
import * as z from 'zod';

const Value = z.union([z.string(), z.number(), z.boolean(), z.null()]);

export default createAction({
    description: 'SuiteQL: offset and limit in the query although the request is a POST with a body of its own',
    version: '1.0.0',
    input: z.object({ sql: z.string(), page_size: z.number().int().default(2) }),
    output: z.object({ rows: z.array(z.record(z.string(), Value)), offsets: z.array(z.number()) }),
    exec: async (nango, { sql, page_size: limit }) => {
        const rows: Record<string, z.infer<typeof Value>>[] = [];
        const offsets: number[] = [];
        const pages = nango.paginate<Record<string, z.infer<typeof Value>> & { links?: unknown }>({
            method: 'POST',
            endpoint: '/query/v1/suiteql',
            data: { q: sql },
            headers: { Prefer: 'transient' },
            paginate: {
                type: 'offset',
                offset_name_in_request: 'offset',
                limit_name_in_request: 'limit',
                limit,
                response_path: 'items',
                in_body: false,
                on_page: async ({ nextPageParam }) => {
                    offsets.push(Number(nextPageParam));
                },
            },
        });
        for await (const page of pages) {
            rows.push(...page.map(({ links: _, ...row }) => row));
        }
        return { rows, offsets };
    },
});
