import { createOnEvent } from 'nango';
import * as z from 'zod';

import { first } from '../xml.js';

export default createOnEvent({
    description: 'Asks who the role is, by a form that is answered in XML, and remembers the account',
    version: '1.0.0',
    event: 'post-connection-creation',
    metadata: z.object({ account: z.string(), arn: z.string() }),
    exec: async (nango) => {
        const { data } = await nango.post<string>({
            endpoint: '/sts',
            data: { Action: 'GetCallerIdentity', Version: '2011-06-15' },
            headers: { 'Content-Type': 'application/x-www-form-urlencoded; charset=utf-8' },
            responseType: 'text',
        });
        const [account, arn] = ['Account', 'Arn'].map((name) => first(data, name));
        if (!account || !arn) {
            throw new nango.ActionError({ message: 'The role cannot be used', answer: data.slice(0, 40) });
        }
        await nango.setMetadata({ account, arn });
    },
});
