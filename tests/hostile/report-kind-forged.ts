// The properties of a settlement are on `Object.prototype`.
// outcome: failed script_internal_error
// limits: cpu=3s heap=128MiB
// report: 17MB
// peak: 1200MB
import { createAction } from 'nango';

export default createAction({
    description: 'hostile',
    exec: async () => {
        Object.defineProperty(Object.prototype, 'output', { value: null });
        Object.defineProperty(Object.prototype, 'kind', { get() { return 'returned'; }, set() {} });
        throw new Error('real');
    },
});
