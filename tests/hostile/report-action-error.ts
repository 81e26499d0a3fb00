// A rejection with 10 MB.
// outcome: rejected action_script_runtime_error
// limits: cpu=3s heap=128MiB
// report: 17MB
// peak: 1200MB
import { createAction } from 'nango';

export default createAction({
    description: 'hostile',
    exec: async (nango: any) => {
        throw new nango.ActionError({ message: 'm'.repeat(10_000_000), more: 'x'.repeat(10_000_000) });
    },
});
