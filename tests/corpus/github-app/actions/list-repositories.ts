import { createAction } from 'nango';
import * as z from 'zod';

export default createAction({
    description: 'What an installation may see: link headers by the template, the items in a member of the body',
    version: '1.0.0',
    input: z.object({ topic: z.string().optional() }),
    output: z.object({ names: z.array(z.string()), total: z.number() }),
    exec: async (nango, { topic }) => {
        const names: string[] = [];
        let total = 0;
        const pages = nango.paginate<{ name: string; topics: string[] }>({
            endpoint: '/installation/repositories',
            paginate: {
                limit: 2,
                response_path: 'repositories',
                on_page: async ({ response }) => {
                    total = response.data.total_count;
                },
            },
        });
        for await (const page of pages) {
            names.push(
                ...page.filter(({ topics }) => topic === undefined || topics.includes(topic)).map(({ name }) => name),
            );
        }
        return { names, total };
    },
});
