import { createOnEvent } from 'nango';

export default createOnEvent({
    description:
        'Compares a setting of the account with a variable of the environment, and calls an action for the rest',
    version: '1.0.0',
    event: 'validate-connection',
    exec: async (nango) => {
        const variables = (await nango.getEnvironmentVariables()) ?? [];
        const allowed = variables.find(({ name }) => name === 'EMARSYS_ENVIRONMENTS')?.value.split(',') ?? [];
        const { length } = await nango.triggerAction<unknown, { header: string; length: number }>(
            'emarsys',
            nango.connectionId,
            'wsse-header',
            {
                nonce: '0123456789abcdef',
                created: '2026-01-01T00:00:00Z',
            },
        );
        if (!allowed.some((name) => name.trim().length === length)) {
            throw new nango.ActionError(`No environment has ${length} letters`);
        }
    },
});
