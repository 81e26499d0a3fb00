import { createOnEvent } from 'nango';
import * as z from 'zod';

export default createOnEvent({
    description: 'Stops the channel and forgets it, in this order',
    version: '1.0.0',
    event: 'pre-connection-deletion',
    metadata: z.object({ channel: z.object({ id: z.string(), resource: z.string(), expires: z.string() }).nullable() }),
    exec: async (nango) => {
        const { channel } = (await nango.getMetadata()) ?? { channel: null };
        if (channel === null) {
            return;
        }
        await nango.post({
            endpoint: '/calendar/v3/channels/stop',
            data: { id: channel.id, resourceId: channel.resource },
        });
        await nango.setMetadata({ channel: null });
    },
});
