// A walk over an array-like of 2^53.
// outcome: stopped cpu_limit_exceeded
// thread: lost
import { createAction } from 'nango';

export default createAction({
    description: 'hostile',
    exec: async () => {
        for (;;) Array.prototype.indexOf.call({ length: 2 ** 53 - 1 }, 1);
    },
});
