// A call whose form share one text of 4 MB.
// outcome: succeeded
// limits: cpu=5s heap=128MiB
// returns: "too_many_bytes"
// peak: 700MB
import { createAction } from 'nango';

export default createAction({
    description: 'hostile',
    exec: async (nango: any) => {
        const text = 'x'.repeat(4 * 1024 * 1024);
        try {
            await nango.post({ endpoint: '/x', headers: { 'content-type': 'application/x-www-form-urlencoded' }, data: Object.fromEntries(Array.from({ length: 9000 }, (_, i) => ['p' + i, text])) });
            return 'sent';
        } catch (error: any) {
            return error.code;
        }
    },
});
