// Entries of a large object, again and again.
// outcome: stopped cpu_limit_exceeded
import { createAction } from 'nango';

export default createAction({
    description: 'hostile',
    exec: async () => {
        const o = Object.fromEntries(Array.from({ length: 100_000 }, (_, i) => ['k' + i, i]));
        for (;;) Object.entries(o);
    },
});
