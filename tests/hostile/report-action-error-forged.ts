// Looks like a rejection, and is none.
// outcome: failed script_internal_error
// limits: cpu=3s heap=128MiB
// report: 17MB
// peak: 1200MB
import { createAction } from 'nango';

export default createAction({
    description: 'hostile',
    exec: async (nango: any) => {
        throw Object.assign(Object.create(nango.ActionError.prototype), { payload: { a: 1 }, message: 'fake' });
    },
});
