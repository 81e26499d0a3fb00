// Redirects that lead back.
// outcome: succeeded
// limits: cpu=5s heap=128MiB
// peak: 900MB
// returns: "ERR_FR_TOO_MANY_REDIRECTS"
import { createAction } from 'nango';

export default createAction({
    description: 'hostile',
    exec: async (nango: any) => {
        try {
            await nango.get({ endpoint: '/redirect' });
            return 'answered';
        } catch (error: any) {
            return error.code;
        }
    },
});
