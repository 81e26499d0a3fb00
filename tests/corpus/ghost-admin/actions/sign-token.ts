import { createHmac } from 'crypto';

import { createAction } from 'nango';
import * as z from 'zod';

const encoded = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');

export default createAction({
    description: 'A JWT of our own from the parts of a key: HMAC over base64url, as the provider would check it',
    version: '1.0.0',
    input: z.object({ now: z.number().int() }),
    output: z.object({ token: z.jwt({ alg: 'HS256' }), id: z.string() }),
    exec: async (nango, { now }) => {
        const { credentials } = await nango.getConnection();
        const { privateKey } = credentials as unknown as { privateKey: { id: string; secret: string } };
        const head = encoded({ alg: 'HS256', typ: 'JWT', kid: privateKey.id });
        const body = encoded({ iat: now, exp: now + 300, aud: '/admin/', name: 'ü' });
        const signature = createHmac('sha256', Buffer.from(privateKey.secret, 'hex'))
            .update(`${head}.${body}`)
            .digest('base64url');
        return { token: `${head}.${body}.${signature}`, id: privateKey.id };
    },
});
