import { createOnEvent } from 'nango';
import * as z from 'zod';

export default createOnEvent({
    description:
        'No credentials, no provider: metadata by its older names, and what the function finds out about itself',
    version: '1.0.0',
    event: 'post-connection-creation',
    metadata: z.object({
        fieldMapping: z.record(z.string(), z.string()).optional(),
        facts: z.array(z.string()).optional(),
    }),
    exec: async (nango) => {
        const mapping = (await nango.getMetadata()) ? await nango.getFieldMapping() : {};
        const { credentials } = await nango.getConnection();
        const facts = [
            nango.connectionId,
            nango.providerConfigKey,
            nango.provider ?? '',
            String((credentials as { type?: string }).type ?? 'none'),
        ];
        await nango.setMetadata({ fieldMapping: { ...mapping, email: 'mail' }, facts });
        const answer = await nango.updateMetadata({ facts: [...facts, 'updated'] });
        await nango.updateMetadata({
            facts: [...facts, String(answer.status), JSON.stringify(Object.keys(answer.data as object).sort())],
        });
    },
});
