// 9,900 parameters.
// outcome: succeeded
// limits: cpu=5s heap=128MiB
// peak: 900MB
// returns: "ended"
import { createAction } from 'nango';

export default createAction({
    description: 'hostile',
    exec: async (nango: any) => {
        const params = Object.fromEntries(Array.from({ length: 9900 }, (_, i) => ['p' + i, 'v'.repeat(10)]));
        try {
            await nango.get({ endpoint: '/echo', params });
        } catch (error: any) {
            return 'ended';
        }
        return 'ended';
    },
});
