import { createAction } from 'nango';
import * as z from 'zod';

import { Property, toNotion } from '../property.js';

export default createAction({
    description: 'A record of a union of shapes; the refinement spans fields',
    version: '1.0.0',
    input: z
        .object({ database: z.uuid(), properties: z.record(z.string(), Property) })
        .refine(
            ({ properties }) =>
                Object.values(properties).filter((one) => typeof one === 'object' && 'title' in one).length === 1,
            {
                message: 'a page has one title',
                path: ['properties'],
            },
        ),
    output: z.object({ id: z.uuid(), url: z.url() }),
    exec: async (nango, { database, properties }) => {
        const named = Object.entries(properties).map(([name, property]) => [name, toNotion(property)] as const);
        const { data } = await nango.post({
            endpoint: '/v1/pages',
            data: { parent: { database_id: database }, properties: Object.fromEntries(named) },
            headers: { 'Notion-Version': '2022-06-28' },
        });
        return { id: data.id, url: data.url };
    },
});
