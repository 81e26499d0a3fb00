// Another one, that writes.
// outcome: stopped cpu_limit_exceeded
// thread: lost
import { createAction } from 'nango';

export default createAction({
    description: 'hostile',
    exec: async () => {
        for (;;) Array.prototype.reverse.call({ length: 2 ** 53 - 1 });
    },
});
