// A result without a JSON form.
// outcome: failed script_internal_error
// limits: cpu=3s heap=128MiB
// report: 17MB
// peak: 1200MB
import { createAction } from 'nango';

export default createAction({
    description: 'hostile',
    exec: async () => {
        return 1n;
    },
});
