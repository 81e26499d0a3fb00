// Lists that are flattened.
// outcome: stopped cpu_limit_exceeded
import { createAction } from 'nango';

export default createAction({
    description: 'hostile',
    exec: async () => {
        let list: any = [1];
        for (let i = 0; i < 20; i++) list = [list, list];
        for (;;) list.flat(Infinity);
    },
});
