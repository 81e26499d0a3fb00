import { createOnEvent } from 'nango';
import * as z from 'zod';

export default createOnEvent({
    description: 'The organization is among the credentials: it must not change while the connection lives',
    version: '1.0.0',
    event: 'validate-connection',
    metadata: z.object({ organization: z.string(), user: z.string() }),
    exec: async (nango) => {
        const token = (await nango.getToken()) as unknown as { organization_id: string; user_id: string };
        const metadata = await nango.getMetadata();
        if (metadata && metadata.organization !== token.organization_id) {
            throw new nango.ActionError({
                message: 'another organization',
                was: metadata.organization,
                is: token.organization_id,
            });
        }
        await nango.updateMetadata({ organization: token.organization_id, user: token.user_id });
    },
});
