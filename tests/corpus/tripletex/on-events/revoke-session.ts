import { createOnEvent } from 'nango';

export default createOnEvent({
    description: 'Ends the session at the provider; the token goes into the path, so it is encoded',
    version: '1.0.0',
    event: 'pre-connection-deletion',
    exec: async (nango) => {
        const { token } = (await nango.getToken()) as unknown as { token: string };
        const { status } = await nango.delete({ endpoint: `/v2/token/session/${encodeURIComponent(token)}` });
        await nango.log('session ended', { status });
    },
});
