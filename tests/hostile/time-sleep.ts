// A sleep beyond the wall limit.
// outcome: stopped execution_timeout
// limits: wall=300ms
import { createAction } from 'nango';

export default createAction({
    description: 'hostile',
    exec: async () => {
        await new Promise((resolve) => setTimeout(resolve, 60_000));
    },
});
