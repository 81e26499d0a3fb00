import { createOnEvent } from 'nango';
import * as z from 'zod';

export default createOnEvent({
    description: 'Says hello once: a checkpoint remembers that it was said, and metadata where',
    version: '1.0.0',
    event: 'post-connection-creation',
    metadata: z.object({ channel: z.string(), greeted: z.array(z.string()).optional() }),
    checkpoint: z.object({ greeted: z.boolean(), ts: z.string() }),
    exec: async (nango) => {
        const checkpoint = await nango.getCheckpoint();
        if (checkpoint?.greeted) {
            await nango.log(`greeted at ${checkpoint.ts}`);
            return;
        }
        const metadata = await nango.getMetadata();
        const channel = metadata?.channel ?? 'C1';
        const { data } = await nango.post({
            endpoint: '/chat.postMessage',
            data: { channel, text: `Hello from ${nango.connectionId}` },
        });
        await nango.saveCheckpoint({ greeted: true, ts: data.ts });
        await nango.updateMetadata({ channel, greeted: [...(metadata?.greeted ?? []), data.ts] });
    },
});
