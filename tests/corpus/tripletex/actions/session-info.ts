import { createAction } from 'nango';
import * as z from 'zod';

export default createAction({
    description: 'A session token of two steps, as getToken gives it, and what the provider says about it',
    version: '1.0.0',
    input: z.object({}),
    output: z.object({
        type: z.string(),
        expires: z.iso.date(),
        consumer: z.string(),
        employee: z.object({ id: z.number(), name: z.string() }).catchall(z.string()),
    }),
    exec: async (nango) => {
        const [token, { data }] = await Promise.all([
            nango.getToken(),
            nango.get({ endpoint: '/v2/token/session/%3EwhoAmI', params: { fields: ['employee', 'company'] } }),
        ]);
        const session = token as unknown as { type: string; expires_at: string; consumerToken: string };
        const { id, firstName, lastName, ...rest } = data.value.employee;
        const texts = Object.entries(rest).filter((entry): entry is [string, string] => typeof entry[1] === 'string');
        return {
            type: session.type,
            expires: session.expires_at.slice(0, 10),
            consumer: session.consumerToken,
            employee: { ...Object.fromEntries(texts), id, name: `${firstName} ${lastName}` },
        };
    },
});
