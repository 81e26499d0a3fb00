// `Error.prepareStackTrace` that never ends.
// outcome: stopped cpu_limit_exceeded
import { createAction } from 'nango';

export default createAction({
    description: 'hostile',
    exec: async () => {
        Error.prepareStackTrace = () => { for (;;); };
        return new Error('x').stack;
    },
});
