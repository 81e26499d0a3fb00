import { createAction } from 'nango';
import * as z from 'zod';

import { all, first } from '../xml.js';

const Bucket = z.object({ name: z.string(), created: z.iso.datetime() });

export default createAction({
    description: 'A signed request that is answered in XML; a truncated list is followed by its token',
    version: '1.0.0',
    input: z.object({ prefix: z.string() }),
    output: z.object({ owner: z.string(), buckets: z.array(Bucket) }),
    exec: async (nango, { prefix }) => {
        const buckets: z.infer<typeof Bucket>[] = [];
        let owner = '';
        let token: string | undefined;
        do {
            const { data } = await nango.get<string>({
                endpoint: '/',
                params: { prefix, 'max-buckets': 2, ...(token ? { 'continuation-token': token } : {}) },
            });
            owner = first(data, 'DisplayName') ?? owner;
            buckets.push(
                ...all(data, 'Bucket').map((bucket) => ({
                    name: first(bucket, 'Name') ?? '',
                    created: first(bucket, 'CreationDate') ?? '',
                })),
            );
            token = first(data, 'ContinuationToken');
        } while (token);
        return { owner, buckets };
    },
});
