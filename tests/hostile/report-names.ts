// A class with a name of 1 MB throws.
// outcome: failed script_internal_error
// limits: cpu=3s heap=128MiB
// report: 17MB
// peak: 1200MB
import { createAction } from 'nango';

export default createAction({
    description: 'hostile',
    exec: async () => {
        const name = 'n'.repeat(1_000_000);
        const o = { [name]() { throw new Error('x'); } };
        o[name]();
    },
});
