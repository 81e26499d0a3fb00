// An answer with more headers than anybody sends.
// outcome: succeeded
// limits: cpu=5s heap=128MiB
// peak: 900MB
// returns: "string"
import { createAction } from 'nango';

export default createAction({
    description: 'hostile',
    exec: async (nango: any) => {
        try {
            await nango.get({ endpoint: '/headers' });
            return 'answered';
        } catch (error: any) {
            return typeof error.code;
        }
    },
});
