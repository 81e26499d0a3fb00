import { createOnEvent } from 'nango';
import * as z from 'zod';

export default createOnEvent({
    description:
        'Registers the webhook with a form, keeps the secret that is shown only once, and removes an older one',
    version: '1.0.0',
    event: 'post-connection-creation',
    metadata: z.object({ endpoint: z.string(), secret: z.string() }),
    exec: async (nango) => {
        const previous = await nango.getMetadata();
        const { webhook_url: url, provider } = await nango.getIntegration({ include: ['webhook'] });
        const { data } = await nango.post({
            endpoint: '/v1/webhook_endpoints',
            data: { url, enabled_events: ['charge.refunded', 'invoice.paid'], description: `for ${provider}` },
            headers: { 'content-type': 'application/x-www-form-urlencoded;charset=utf-8' },
        });
        await nango.setMetadata({ endpoint: data.id, secret: data.secret });
        if (previous) {
            await nango.delete({ endpoint: `/v1/webhook_endpoints/${previous.endpoint}` });
        }
    },
});
