import { createOnEvent } from 'nango';
import * as z from 'zod';

export default createOnEvent({
    description: 'Removes the webhooks; one that is gone already is no failure',
    version: '1.0.0',
    event: 'pre-connection-deletion',
    metadata: z.object({ hooks: z.record(z.string(), z.number()), secretDigest: z.string() }),
    exec: async (nango) => {
        const metadata = await nango.getMetadata();
        for (const [repository, id] of Object.entries(metadata?.hooks ?? {})) {
            try {
                await nango.delete({ endpoint: `/repos/${repository}/hooks/${id}` });
            } catch (error) {
                if ((error as { response?: { status: number } }).response?.status !== 404) {
                    throw error;
                }
                await nango.log(`${repository} has no webhook ${id} any more`, { level: 'warn' });
            }
        }
    },
});
