import { createOnEvent } from 'nango';
import * as z from 'zod';

import { rows } from '../query.js';

export default createOnEvent({
    description: 'Locks the connection to one organization, and refuses sandboxes and users without the API',
    version: '1.0.0',
    event: 'validate-connection',
    metadata: z.object({ organizationId: z.string().optional() }),
    exec: async (nango) => {
        const { data: user } = await nango.get({ endpoint: '/services/oauth2/userinfo' });
        const metadata = await nango.getMetadata();
        if (metadata?.organizationId && metadata.organizationId !== user.organization_id) {
            throw new nango.ActionError(
                `Salesforce org mismatch: expected ${metadata.organizationId}, got ${user.organization_id}`,
            );
        }
        for await (const { IsSandbox } of rows<{ IsSandbox: boolean }>(nango, 'SELECT IsSandbox FROM Organization')) {
            if (IsSandbox) {
                throw new nango.ActionError({ message: 'Connect a production org', sandbox: true });
            }
        }
        if (metadata?.organizationId === undefined) {
            await nango.updateMetadata({ organizationId: user.organization_id });
        }
    },
});
