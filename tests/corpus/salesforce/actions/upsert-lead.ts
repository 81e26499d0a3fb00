import { createAction } from 'nango';
import * as z from 'zod';

export default createAction({
    description: 'Upsert by an external id: 201 with a body when it is new, 204 without one when it is not',
    version: '1.0.0',
    input: z.object({
        external: z.string(),
        fields: z.record(z.string().regex(/^[A-Za-z_]+$/), z.union([z.string(), z.number(), z.boolean(), z.null()])),
    }),
    output: z.object({ created: z.boolean(), id: z.string().nullable() }),
    exec: async (nango, { external, fields }) => {
        const { status, data } = await nango.patch({
            endpoint: `/services/data/v60.0/sobjects/Lead/External__c/${encodeURIComponent(external)}`,
            data: fields,
        });
        return { created: status === 201, id: data?.id ?? null };
    },
});
