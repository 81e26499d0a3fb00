// A provider that answers a byte at a time.
// outcome: stopped execution_timeout
// limits: wall=500ms
import { createAction } from 'nango';

export default createAction({
    description: 'hostile',
    exec: async (nango: any) => {
        await nango.get({ endpoint: '/drip' });
    },
});
