// A setter for the first item of every list.
// outcome: failed script_internal_error
// limits: cpu=3s heap=128MiB
// report: 17MB
// peak: 1200MB
import { createAction } from 'nango';

export default createAction({
    description: 'hostile',
    exec: async () => {
        Object.defineProperty(Array.prototype, '0', { set() {}, get() { return 'x'; }, configurable: true });
        throw new Error('real');
    },
});
