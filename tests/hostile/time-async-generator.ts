// An async generator without end.
// outcome: stopped cpu_limit_exceeded
import { createAction } from 'nango';

export default createAction({
    description: 'hostile',
    exec: async () => {
        async function* all() { for (;;) yield 1; }
        for await (const _ of all());
    },
});
