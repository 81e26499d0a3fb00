// A parameter whose `Symbol.toPrimitive` never ends.
// outcome: stopped cpu_limit_exceeded
import { createAction } from 'nango';

export default createAction({
    description: 'hostile',
    exec: async (nango: any) => {
        await nango.get({ endpoint: '/x', params: { a: { [Symbol.toPrimitive]() { for (;;); } } } });
    },
});
