import { createAction } from 'nango';
import * as z from 'zod';

export default createAction({
    description: 'Offsets by the template; only the place of the items is the call’s own. A tree is made of parents',
    version: '1.0.0',
    input: z.object({ page_size: z.number().int().positive() }),
    output: z.object({ paths: z.array(z.string()), starts: z.array(z.number()) }),
    exec: async (nango, { page_size: limit }) => {
        const known = new Map<number, { name: string; parent: number | null }>();
        const starts: number[] = [];
        const paginate = {
            response_path: 'values',
            limit,
            on_page: async ({ response }: { response: { data: any } }) => {
                starts.push(response.data.from);
            },
        };
        for await (const page of nango.paginate({ endpoint: '/v2/department', paginate })) {
            page.forEach(({ id, name, parent }) => known.set(id, { name, parent: parent?.id ?? null }));
        }
        const pathOf = (id: number): string => {
            const { name, parent } = known.get(id)!;
            return parent === null ? name : `${pathOf(parent)} / ${name}`;
        };
        return { paths: [...known.keys()].map(pathOf).sort(), starts };
    },
});
