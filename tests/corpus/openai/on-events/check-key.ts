import { createOnEvent } from 'nango';

export default createOnEvent({
    description: 'An API key is what the model list says it is; the message of the provider goes to the person',
    version: '1.0.0',
    event: 'validate-connection',
    exec: async (nango) => {
        const { credentials } = await nango.getConnection();
        const { apiKey } = credentials as unknown as { apiKey: string };
        if (!apiKey.startsWith('sk-')) {
            throw new nango.ActionError(`This is no API key: ${apiKey.slice(0, 3)}…`);
        }
        const { data } = await nango.get<{ data: { id: string }[] }>({ endpoint: '/v1/models' });
        if (!data.data.some(({ id }) => id.startsWith('gpt-'))) {
            throw new nango.ActionError({
                message: 'The project may use no chat model',
                models: data.data.map(({ id }) => id),
            });
        }
    },
});
