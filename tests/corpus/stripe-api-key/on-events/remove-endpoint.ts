import { createOnEvent } from 'nango';
import * as z from 'zod';

export default createOnEvent({
    description: 'Finds every webhook of ours, also those that nobody remembers, and removes them one by one',
    version: '1.0.0',
    event: 'pre-connection-deletion',
    metadata: z.object({ endpoint: z.string(), secret: z.string() }),
    exec: async (nango) => {
        const { data } = await nango.get<{ data: { id: string; url: string }[] }>({
            endpoint: '/v1/webhook_endpoints',
            params: '?limit=100&status=enabled',
        });
        const ours = new URL('https://api.nango.example');
        const failed: string[] = [];
        for (const { id } of data.data.filter(({ url }) => new URL(url).hostname === ours.hostname)) {
            await nango.delete({ endpoint: `/v1/webhook_endpoints/${id}` }).catch((error: Error) => {
                failed.push(`${id}: ${error.message}`);
            });
        }
        if (failed.length > 0) {
            throw new Error(failed.join(', '));
        }
    },
});
