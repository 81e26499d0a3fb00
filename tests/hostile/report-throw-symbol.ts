// A symbol is thrown.
// outcome: failed script_internal_error
// limits: cpu=3s heap=128MiB
// report: 17MB
// peak: 1200MB
import { createAction } from 'nango';

export default createAction({
    description: 'hostile',
    exec: async () => {
        throw Symbol('x');
    },
});
