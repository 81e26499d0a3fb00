import { createAction } from 'nango';
import * as z from 'zod';

const Condition = z.object({ property: z.string(), checkbox: z.object({ equals: z.boolean() }) });

interface Filter {
    and?: Filter[] | undefined;
    or?: Filter[] | undefined;
    is?: z.infer<typeof Condition> | undefined;
}

const Filter: z.ZodType<Filter> = z.object({
    get and() {
        return z.array(Filter).optional();
    },
    get or() {
        return z.array(Filter).optional();
    },
    is: Condition.optional(),
});

/** A tree of conditions in Notion's own form. */
function compiled({ and, or, is }: Filter): Record<string, unknown> {
    return {
        ...(and ? { and: and.map(compiled) } : {}),
        ...(or ? { or: or.map(compiled) } : {}),
        ...is,
    };
}

export default createAction({
    description:
        'A recursive filter (getters, no z.lazy); cursors in the body, by template; numbers from formulas and rollups',
    version: '1.0.0',
    input: z.object({ database: z.string(), filter: Filter.optional() }),
    output: z.object({
        rows: z.array(z.object({ id: z.string(), title: z.string(), points: z.number().nullable() })),
        requests: z.number(),
    }),
    exec: async (nango, { database, filter }) => {
        const rows: { id: string; title: string; points: number | null }[] = [];
        let requests = 0;
        const pages = nango.paginate({
            method: 'POST',
            endpoint: `/v1/databases/${database}/query`,
            data: filter ? { filter: compiled(filter) } : {},
            paginate: { limit: 2 },
        });
        for await (const page of pages) {
            requests += 1;
            for (const { id, properties } of page) {
                const points =
                    properties.Points?.formula?.number ??
                    properties.Points?.rollup?.number ??
                    properties.Points?.number ??
                    null;
                rows.push({
                    id,
                    title: properties.Name.title.map((text: { plain_text: string }) => text.plain_text).join(''),
                    points,
                });
            }
        }
        return { rows, requests };
    },
});
