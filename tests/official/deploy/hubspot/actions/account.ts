import { createAction } from 'nango';
import * as z from 'zod';

// Asks for everything that a dry run of Nango's command line asks a server for.
export default createAction({
    description: 'Tells what there is to be known of a connection',
    version: '1.0.0',
    input: z.object({ text: z.string() }),
    output: z.object({
        account: z.string(),
        hook: z.string(),
        region: z.string(),
        metadata: z.string(),
        token: z.string(),
        variables: z.string(),
        provider: z.string(),
        echo: z.string()
    }),
    metadata: z.object({ digest: z.string().optional() }),
    exec: async (nango, input) => {
        const account = await nango.get({ endpoint: '/account', params: { of: input.text } });
        const hook = await nango.post({ endpoint: '/hooks', data: { of: input.text } });
        const { connection_config } = await nango.getConnection();
        const token = await nango.getToken();
        const variables = await nango.getEnvironmentVariables();
        const { provider } = await nango.getIntegration();
        const echo = await nango.triggerAction('hubspot', nango.connectionId, 'echo', { text: input.text });
        return {
            account: `${account.data.method} ${account.data.path}?${account.data.query}`,
            hook: hook.data.body,
            region: String(connection_config['region']),
            metadata: JSON.stringify(await nango.getMetadata()),
            token: String(token),
            variables: JSON.stringify(variables),
            provider: String(provider),
            echo: JSON.stringify(echo)
        };
    }
});
