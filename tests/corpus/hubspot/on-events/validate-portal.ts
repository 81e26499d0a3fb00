import { createOnEvent } from 'nango';
import * as z from 'zod';

export default createOnEvent({
    description: 'The account of the first connect stays the account: another one is refused at reconnect',
    version: '1.0.0',
    event: 'validate-connection',
    metadata: z.object({ portalId: z.number(), timeZone: z.string().optional() }),
    exec: async (nango) => {
        const { data } = await nango.get<{ portalId: number; timeZone: string; accountType: string }>({
            endpoint: '/account-info/v3/details',
        });
        const metadata = await nango.getMetadata();
        if (metadata?.portalId !== undefined && metadata.portalId !== data.portalId) {
            throw new nango.ActionError(`This is portal ${data.portalId}, not ${metadata.portalId}`);
        }
        if (data.accountType === 'DEVELOPER_TEST') {
            throw new nango.ActionError({
                message: 'Test portals are not supported',
                accountType: data.accountType,
                hints: ['Use a standard portal'],
            });
        }
        await nango.updateMetadata({ portalId: data.portalId, timeZone: data.timeZone });
    },
});
