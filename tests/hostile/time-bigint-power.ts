// A power of big integers.
// outcome: stopped cpu_limit_exceeded
import { createAction } from 'nango';

export default createAction({
    description: 'hostile',
    exec: async () => {
        for (;;) 3n ** 1_000_000n;
    },
});
