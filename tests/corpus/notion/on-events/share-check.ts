import { createOnEvent } from 'nango';

export default createOnEvent({
    description: 'Nothing shared with the integration means nothing to read: said while the person can still mend it',
    version: '1.0.0',
    event: 'validate-connection',
    exec: async (nango) => {
        const found: string[] = [];
        for await (const page of nango.paginate({
            method: 'POST',
            endpoint: '/v1/search',
            data: { filter: { value: 'page', property: 'object' } },
            paginate: { limit: 1 },
        })) {
            found.push(...page.map(({ id }: { id: string }) => id));
            if (found.length > 0) {
                break;
            }
        }
        if (found.length === 0) {
            throw new nango.ActionError({ message: 'Share at least one page', code: 'nothing_shared' });
        }
    },
});
