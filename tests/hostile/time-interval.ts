// An interval that keeps the loop awake.
// outcome: stopped execution_timeout
// limits: wall=300ms cpu=5s
import { createAction } from 'nango';

export default createAction({
    description: 'hostile',
    exec: async () => {
        await new Promise(() => setInterval(() => undefined, 1));
    },
});
