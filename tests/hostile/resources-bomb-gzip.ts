// An answer of 64 MiB, packed by gzip.
// outcome: succeeded
// limits: cpu=5s heap=128MiB
// peak: 900MB
// returns: "ERR_BAD_RESPONSE"
import { createAction } from 'nango';

export default createAction({
    description: 'hostile',
    exec: async (nango: any) => {
        try {
            await nango.get({ endpoint: '/bomb/gzip' });
            return 'answered';
        } catch (error: any) {
            return error.code;
        }
    },
});
