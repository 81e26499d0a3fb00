// A walk over a sparse array.
// outcome: stopped cpu_limit_exceeded
// thread: lost
import { createAction } from 'nango';

export default createAction({
    description: 'hostile',
    exec: async () => {
        const list: any[] = [];
        list.length = 2 ** 32 - 1;
        for (;;) list.lastIndexOf(1);
    },
});
