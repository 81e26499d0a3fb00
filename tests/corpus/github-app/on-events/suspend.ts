import { createOnEvent } from 'nango';

export default createOnEvent({
    description: 'Cleanup that fails in ways that are no HTTP: the connection breaks, and that is the error',
    version: '1.0.0',
    event: 'pre-connection-deletion',
    exec: async (nango) => {
        const { connection_config: config } = await nango.getConnection();
        await nango.delete({ endpoint: `/installations/${config['installation_id']}/suspended`, retries: 0 });
    },
});
