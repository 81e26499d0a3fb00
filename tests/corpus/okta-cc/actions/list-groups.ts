import { createAction } from 'nango';
import * as z from 'zod';

export default createAction({
    description:
        'Groups by the template alone; stops at the first that fits, and so asks for no more pages than it needs',
    version: '1.0.0',
    input: z.object({ named: z.string() }),
    output: z.object({ id: z.string(), looked_at: z.number() }).nullable(),
    exec: async (nango, { named }) => {
        let lookedAt = 0;
        for await (const page of nango.paginate<{ id: string; profile: { name: string } }>({
            endpoint: '/api/v1/groups',
            paginate: { limit: 1 },
        })) {
            for (const { id, profile } of page) {
                lookedAt += 1;
                if (profile.name.localeCompare(named, 'en', { sensitivity: 'accent' }) === 0) {
                    return { id, looked_at: lookedAt };
                }
            }
        }
        return null;
    },
});
