// A `toJSON` on every object forges how the run ended.
// outcome: failed script_internal_error
// limits: cpu=3s heap=128MiB
// report: 17MB
// peak: 1200MB
import { createAction } from 'nango';

export default createAction({
    description: 'hostile',
    exec: async () => {
        Object.defineProperty(Object.prototype, 'toJSON', { value() { return { kind: 'returned', output: null }; }, configurable: true });
        throw new Error('real');
    },
});
