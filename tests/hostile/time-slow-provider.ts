// A provider that never answers.
// outcome: stopped execution_timeout
// limits: wall=300ms
import { createAction } from 'nango';

export default createAction({
    description: 'hostile',
    exec: async (nango: any) => {
        await nango.get({ endpoint: '/silent' });
    },
});
