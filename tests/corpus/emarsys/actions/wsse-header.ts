import { createHash } from 'crypto';

import { createAction } from 'nango';
import * as z from 'zod';

export default createAction({
    description: 'The signature of the credentials, made by hand: SHA-1 in hexadecimal, then base64 of that',
    version: '1.0.0',
    input: z.object({ nonce: z.string().length(16), created: z.iso.datetime() }),
    output: z.object({ header: z.string(), length: z.number() }),
    exec: async (nango, { nonce, created }) => {
        const { credentials } = await nango.getConnection();
        const { username, password } = credentials as unknown as { username: string; password: string };
        const digest = Buffer.from(
            createHash('sha1')
                .update(nonce + created + password)
                .digest('hex'),
        ).toString('base64');
        const header = `UsernameToken Username="${username}", PasswordDigest="${digest}", Nonce="${nonce}", Created="${created}"`;
        const { data } = await nango.get({ endpoint: '/api/v2/settings', headers: { 'X-WSSE': header } });
        return { header, length: data.data.environment.length };
    },
});
