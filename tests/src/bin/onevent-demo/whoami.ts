import { createAction } from 'nango';
import * as z from 'zod';

// Nango's command line deploys no project without an action.
export default createAction({
    description: 'Whose account this is',
    version: '1.0.0',
    input: z.void(),
    output: z.object({ organization_id: z.string() }),
    exec: async (nango) => {
        const { data } = await nango.get({ endpoint: '/services/oauth2/userinfo' });
        return { organization_id: data.organization_id };
    }
});
