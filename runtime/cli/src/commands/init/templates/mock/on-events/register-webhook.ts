import { createOnEvent } from 'nango';
import { Metadata } from '../metadata.js';

export default createOnEvent({
    event: 'post-connection-creation',
    description: 'Registers a webhook in the new account',
    metadata: Metadata,
    exec: async (nango) => {
        const url = await nango.getWebhookURL();
        const { data: webhook } = await nango.post<{ id: string }>({
            endpoint: '/webhooks',
            data: { url, events: ['contact.created'] },
            retries: 3
        });
        await nango.updateMetadata({ webhookId: webhook.id });
    }
});
