import { createHmac } from 'crypto';

import { createOnEvent } from 'nango';
import * as z from 'zod';

export default createOnEvent({
    description: 'Registers a webhook for each repository of the account, and remembers their ids',
    version: '1.0.0',
    event: 'post-connection-creation',
    metadata: z.object({ hooks: z.record(z.string(), z.number()), secretDigest: z.string() }),
    exec: async (nango) => {
        const url = await nango.getWebhookURL();
        const variables = (await nango.getEnvironmentVariables()) ?? [];
        const secret = variables.find(({ name }) => name === 'WEBHOOK_SECRET')?.value ?? 'unset';
        const hooks: Record<string, number> = {};
        for await (const page of nango.paginate<{ full_name: string; permissions: { admin: boolean } }>({
            endpoint: '/user/repos',
        })) {
            for (const repository of page.filter(({ permissions }) => permissions.admin)) {
                const { data } = await nango.post<{ id: number }>({
                    endpoint: `/repos/${repository.full_name}/hooks`,
                    data: {
                        name: 'web',
                        active: true,
                        events: ['issues', 'push'],
                        config: { url, content_type: 'json' },
                    },
                });
                hooks[repository.full_name] = data.id;
            }
        }
        const secretDigest = createHmac('sha256', secret).update(Object.keys(hooks).join()).digest('hex').slice(0, 16);
        await nango.setMetadata({ hooks, secretDigest });
    },
});
