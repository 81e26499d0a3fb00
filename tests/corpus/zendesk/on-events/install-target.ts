import { createOnEvent } from 'nango';
import * as z from 'zod';

export default createOnEvent({
    description: 'Creates a trigger under a lock, so that two runs do not create two',
    version: '1.0.0',
    event: 'post-connection-creation',
    metadata: z.object({ trigger: z.number().optional(), subdomain: z.string() }),
    exec: async (nango) => {
        if (!(await nango.tryAcquireLock({ key: `trigger-${nango.connectionId}`, ttlMs: 10_000 }))) {
            return;
        }
        const { connection_config: config } = await nango.getConnection();
        await nango.updateMetadata({ subdomain: config['subdomain'] });
        const { data } = await nango.get({ endpoint: '/api/v2/triggers/search.json', params: { query: 'onevent' } });
        const known: { id: number; active: boolean } | undefined = data.triggers[0];
        if (known && !known.active) {
            await nango.put({ endpoint: `/api/v2/triggers/${known.id}.json`, data: { trigger: { active: true } } });
        }
        const created =
            known ??
            (await nango.post({ endpoint: '/api/v2/triggers.json', data: { trigger: { title: 'onevent' } } })).data
                .trigger;
        await nango.updateMetadata({ trigger: created.id });
        await nango.releaseLock({ key: `trigger-${nango.connectionId}` });
    },
});
