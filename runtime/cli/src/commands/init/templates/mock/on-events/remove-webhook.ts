import { createOnEvent } from 'nango';
import { Metadata } from '../metadata.js';

export default createOnEvent({
    event: 'pre-connection-deletion',
    description: 'Removes the webhook before the connection is deleted',
    metadata: Metadata,
    exec: async (nango) => {
        const metadata = await nango.getMetadata();
        if (!metadata?.webhookId) {
            await nango.log('there is no webhook to remove');
            return;
        }
        await nango.delete({ endpoint: `/webhooks/${metadata.webhookId}`, retries: 3 });
    }
});
