// Typed arrays that are sorted again and again.
// outcome: stopped cpu_limit_exceeded
import { createAction } from 'nango';

export default createAction({
    description: 'hostile',
    exec: async () => {
        const list = new Float64Array(2_000_000);
        for (;;) { list.fill(Math.random()); list.sort(); }
    },
});
