import { createOnEvent } from 'nango';
import { Metadata } from '../metadata.js';

export default createOnEvent({
    event: 'validate-connection',
    description: 'Accepts whoever can be asked for an account, and later on that account only',
    metadata: Metadata,
    exec: async (nango) => {
        const { data: account } = await nango.get<{ id: string; name: string }>({ endpoint: '/account', retries: 3 });
        const metadata = await nango.getMetadata();
        if (metadata?.accountId && metadata.accountId !== account.id) {
            throw new nango.ActionError({ message: `this connection belongs to ${metadata.accountId}, not to ${account.id}` });
        }
        await nango.updateMetadata({ accountId: account.id });
        await nango.log(`the account is ${account.name}`);
    }
});
