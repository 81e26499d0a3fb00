// A generator that does not return.
// outcome: stopped cpu_limit_exceeded
import { createAction } from 'nango';

export default createAction({
    description: 'hostile',
    exec: async () => {
        function* all() { for (;;) try { yield 1; } finally { continue; } }
        for (const _ of all()) break;
        for (;;);
    },
});
