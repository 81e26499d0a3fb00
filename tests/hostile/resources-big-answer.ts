// A page of 16 MiB.
// outcome: stopped heap_limit_exceeded
// limits: cpu=5s heap=128MiB
// peak: 900MB
import { createAction } from 'nango';

export default createAction({
    description: 'hostile',
    exec: async (nango: any) => {
        try {
            const { data } = await nango.get({ endpoint: '/big' });
            return typeof data;
        } catch (error: any) {
            return 'refused';
        }
    },
});
