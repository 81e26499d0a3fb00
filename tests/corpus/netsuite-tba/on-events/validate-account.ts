import { createOnEvent } from 'nango';
import * as z from 'zod';

export default createOnEvent({
    description: 'Token-based credentials: the token is no text, and the account must be the one in the configuration',
    version: '1.0.0',
    event: 'validate-connection',
    metadata: z.object({ account: z.string(), tokenId: z.string() }),
    exec: async (nango) => {
        const token = (await nango.getToken()) as unknown as { type: string; token_id: string };
        const connection = await nango.getConnection();
        const account = String(connection.connection_config['accountId']).toLowerCase().replace('_', '-');
        const { data } = await nango.get({
            endpoint: '/record/v1/metadata-catalog',
            params: { select: ['customer', 'invoice'] },
        });
        const host = new URL(data.links[0].href).hostname;
        if (!host.startsWith(`${account}.`)) {
            throw new nango.ActionError({ message: `The account is ${host.split('.')[0]}`, expected: account });
        }
        await nango.setMetadata({ account, tokenId: `${token.type}:${token.token_id}` });
    },
});
