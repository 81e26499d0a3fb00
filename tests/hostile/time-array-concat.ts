// Lists that are joined.
// outcome: stopped cpu_limit_exceeded | stopped heap_limit_exceeded
import { createAction } from 'nango';

export default createAction({
    description: 'hostile',
    exec: async () => {
        const list = new Array(100_000).fill(1);
        for (;;) list.concat(list);
    },
});
