// `JSON.stringify` is replaced.
// outcome: failed script_internal_error
// limits: cpu=3s heap=128MiB
// report: 17MB
// peak: 1200MB
import { createAction } from 'nango';

export default createAction({
    description: 'hostile',
    exec: async () => {
        JSON.stringify = (() => '{"kind":"returned","output":null}') as any;
        throw new Error('real');
    },
});
