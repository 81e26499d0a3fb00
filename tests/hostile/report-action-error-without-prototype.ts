// A rejection without its prototype is one.
// outcome: rejected action_script_runtime_error
// limits: cpu=3s heap=128MiB
// report: 17MB
// peak: 1200MB
import { createAction } from 'nango';

export default createAction({
    description: 'hostile',
    exec: async (nango: any) => {
        const error = new nango.ActionError('x');
        Object.setPrototypeOf(error, null);
        throw error;
    },
});
