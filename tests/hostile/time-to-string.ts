// A code whose `toString` never ends.
// outcome: stopped cpu_limit_exceeded
import { createAction } from 'nango';

export default createAction({
    description: 'hostile',
    exec: async () => {
        throw Object.assign(new Error('x'), { code: { toString() { for (;;); } } , toString() { for (;;); }, get name() { for (;;); } });
    },
});
