import { createOnEvent } from 'nango';
import * as z from 'zod';

export default createOnEvent({
    description: 'Several webhooks side by side; the first failure is the one that counts, after all have settled',
    version: '1.0.0',
    event: 'post-connection-creation',
    metadata: z.object({ webhooks: z.array(z.string()) }),
    exec: async (nango) => {
        const target = await nango.getWebhookURL();
        const events = ['post.published', 'member.added', 'site.changed'];
        const settled = await Promise.allSettled(
            events.map((event) =>
                nango.post({
                    endpoint: '/ghost/api/admin/webhooks/',
                    data: { webhooks: [{ event, target_url: `${target}?event=${encodeURIComponent(event)}` }] },
                }),
            ),
        );
        const ids = settled.flatMap((one) =>
            one.status === 'fulfilled' ? [one.value.data.webhooks[0].id as string] : [],
        );
        await nango.setMetadata({ webhooks: ids });
        const failed = settled.find((one) => one.status === 'rejected');
        if (failed) {
            throw failed.reason;
        }
    },
});
