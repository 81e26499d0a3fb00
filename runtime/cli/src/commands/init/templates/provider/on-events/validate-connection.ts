import { createOnEvent } from 'nango';

export default createOnEvent({
    event: 'validate-connection',
    description: 'Accepts whoever the provider answers',
    exec: async (nango) => {
        const { data } = await nango.get({ endpoint: '{{endpoint}}', retries: 3 });
        if (data === null || typeof data !== 'object') {
            throw new nango.ActionError({ message: 'the provider says nothing about this account' });
        }
        await nango.log('the provider knows this account');
    }
});
