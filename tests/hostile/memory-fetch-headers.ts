// The same by `fetch`.
// outcome: succeeded
// limits: cpu=5s heap=128MiB
// returns: "too_many_bytes"
// peak: 700MB
import { createAction } from 'nango';

export default createAction({
    description: 'hostile',
    exec: async (nango: any, input: any) => {
        const text = 'x'.repeat(4 * 1024 * 1024);
        try {
            await nango.uncontrolledFetch({ url: new URL(input.provider), headers: Object.fromEntries(Array.from({ length: 250 }, (_, i) => ['x-' + i, text])) });
            return 'sent';
        } catch (error: any) {
            return error.code;
        }
    },
});
