// A spread of an iterator without end.
// outcome: stopped cpu_limit_exceeded
import { createAction } from 'nango';

export default createAction({
    description: 'hostile',
    exec: async () => {
        let n = 0;
        for (const x of { *[Symbol.iterator]() { for (;;) yield n++; } }) n = x;
    },
});
