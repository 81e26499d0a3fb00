import { createAction } from 'nango';
import * as z from 'zod';

const Custom = z.object({
    type: z.literal('CUSTOM'),
    app: z.object({ access_token: z.string() }),
    user: z.object({ access_token: z.string() }).nullable(),
});

export default createAction({
    description: 'CUSTOM credentials hold an app and a user: the call says in whose name it is made',
    version: '1.0.0',
    input: z.object({ as: z.enum(['app', 'user']) }),
    output: z.object({ login: z.string(), via: z.string() }),
    exec: async (nango, { as }) => {
        const credentials = Custom.parse(await nango.getToken());
        const token = as === 'user' ? credentials.user?.access_token : credentials.app.access_token;
        if (!token) {
            throw new nango.ActionError({ message: 'Nobody has authorized the app', as });
        }
        const { data, headers } = await nango.get({
            endpoint: '/whoami',
            headers: { Authorization: `Bearer ${token}` },
        });
        return { login: data.login, via: String(headers['x-acting-as']) };
    },
});
