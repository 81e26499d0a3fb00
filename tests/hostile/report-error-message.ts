// A message and a code of 10 MB.
// outcome: failed script_internal_error
// limits: cpu=3s heap=128MiB
// report: 17MB
// peak: 1200MB
import { createAction } from 'nango';

export default createAction({
    description: 'hostile',
    exec: async () => {
        throw Object.assign(new Error('m'.repeat(10_000_000)), { code: 'c'.repeat(10_000_000) });
    },
});
