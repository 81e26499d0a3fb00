import { createOnEvent } from 'nango';
import * as z from 'zod';

export default createOnEvent({
    description: 'Client credentials: the scopes are in the token, whose middle part is read (not verified)',
    version: '1.0.0',
    event: 'validate-connection',
    metadata: z.object({ scopes: z.array(z.string()), expires: z.string() }),
    exec: async (nango) => {
        const { credentials } = await nango.getConnection();
        const { token } = credentials as unknown as { token: string };
        const [, middle = ''] = token.split('.');
        const claims = JSON.parse(Buffer.from(middle, 'base64url').toString('utf8')) as {
            scp: string[];
            exp: number;
            cid: string;
        };
        if (!claims.scp.includes('okta.users.manage')) {
            throw new nango.ActionError({
                message: 'The client lacks okta.users.manage',
                client: claims.cid,
                scopes: claims.scp,
            });
        }
        await nango.setMetadata({ scopes: claims.scp.toSorted(), expires: new Date(claims.exp * 1000).toISOString() });
    },
});
