import { createOnEvent } from 'nango';

const NEEDED = ['chat:write', 'channels:read', 'files:write'] as const;

export default createOnEvent({
    description: 'Compares the scopes that a header lists with the ones that are needed',
    version: '1.0.0',
    event: 'validate-connection',
    exec: async (nango) => {
        const { data, headers } = await nango.post({ endpoint: '/auth.test' });
        if (!data.ok) {
            throw new nango.ActionError({ message: `Slack: ${data.error}` });
        }
        const granted = new Set(String(headers['x-oauth-scopes'] ?? '').split(/,\s*/));
        const missing = NEEDED.filter((scope) => !granted.has(scope));
        if (missing.length > 0) {
            throw new nango.ActionError([...missing]);
        }
        await nango.log('scopes are there', { team: data.team }, { level: 'debug' });
    },
});
