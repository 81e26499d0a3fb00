import { createHash } from 'crypto';

import { createOnEvent } from 'nango';
import * as z from 'zod';

export default createOnEvent({
    description: 'A channel whose id comes from the connection, so that a second run asks for the same; it expires',
    version: '1.0.0',
    event: 'post-connection-creation',
    metadata: z.object({
        channel: z.object({ id: z.uuid(), resource: z.string(), expires: z.iso.datetime() }).nullable(),
    }),
    exec: async (nango) => {
        const hex = createHash('sha256').update(`${nango.providerConfigKey}/${nango.connectionId}`).digest('hex');
        const id = `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-8${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
        const { data } = await nango.post<{ resourceId: string; expiration: string }>({
            endpoint: '/calendar/v3/calendars/primary/events/watch',
            data: { id, type: 'web_hook', address: await nango.getWebhookURL(), params: { ttl: String(7 * 86_400) } },
        });
        await nango.setMetadata({
            channel: { id, resource: data.resourceId, expires: new Date(Number(data.expiration)).toISOString() },
        });
    },
});
