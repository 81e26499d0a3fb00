import { createOnEvent } from 'nango';
import * as z from 'zod';

export default createOnEvent({
    description: 'The token of OAuth 1 is a pair; its first half names the user',
    version: '1.0.0',
    event: 'post-connection-creation',
    metadata: z.object({ user: z.string(), name: z.string(), verified: z.boolean() }),
    exec: async (nango) => {
        const token = (await nango.getToken()) as unknown as { oAuthToken: string; oAuthTokenSecret: string };
        const [user = ''] = token.oAuthToken.split('-');
        const { data } = await nango.get({
            endpoint: `/2/users/${user}`,
            params: new URLSearchParams({ 'user.fields': 'verified' }).toString(),
        });
        await nango.setMetadata({
            user,
            name: data.data.name,
            verified: data.data.verified && token.oAuthTokenSecret.length > 0,
        });
    },
});
