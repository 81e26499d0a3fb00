// Endpoints that leave the base URL's host.
// outcome: succeeded
// limits: cpu=2s
// returns: {"found":[],"control":"GET"}
import { createAction } from 'nango';

export default createAction({
    description: 'hostile',
    exec: async (nango: any) => {
        const found: string[] = [];
        for (const endpoint of ['//127.0.0.1:1/x', '@127.0.0.1:1/x', '\\\\127.0.0.1:1\\x', '/\\127.0.0.1:1/x', ':1/x', '.127.0.0.1:1/x', '/../../../@127.0.0.1:1/x']) {
            try {
                const { data } = await nango.get({ endpoint });
                if (typeof data !== 'object') found.push(endpoint);
            } catch (error: any) {
                if (error.code === 'ECONNREFUSED') found.push(endpoint);
            }
        }
        const control = (await nango.get({ endpoint: '/echo' })).data.method;
        return { found, control };
    },
});
