// An output of 10 MB.
// outcome: failed script_output_too_large
// limits: cpu=3s heap=128MiB
// report: 17MB
// peak: 1200MB
import { createAction } from 'nango';

export default createAction({
    description: 'hostile',
    exec: async () => {
        return 'x'.repeat(10_000_000);
    },
});
