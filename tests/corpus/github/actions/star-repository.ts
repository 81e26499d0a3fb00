import { createAction } from 'nango';
import * as z from 'zod';

export default createAction({
    description: 'PUT without a body, answered without one; whether it was starred before is a 404',
    version: '1.0.0',
    input: z.object({ repository: z.string() }),
    output: z.object({ starred: z.literal(true), was_starred: z.boolean(), status: z.number(), body: z.string() }),
    exec: async (nango, { repository }) => {
        const endpoint = `/user/starred/${repository}`;
        const before = await nango.get({ endpoint }).then(
            () => true,
            (error: { response?: { status: number } }) => {
                if (error.response?.status === 404) {
                    return false;
                }
                throw error;
            },
        );
        const { status, data } = await nango.put({ endpoint });
        return { starred: true as const, was_starred: before, status, body: String(data) };
    },
});
