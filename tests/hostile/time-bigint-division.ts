// Divisions of big integers.
// outcome: stopped cpu_limit_exceeded
import { createAction } from 'nango';

export default createAction({
    description: 'hostile',
    exec: async () => {
        const a = 1n << 8_000_000n;
        for (;;) (a + 1n) / ((1n << 4_000_000n) + 1n);
    },
});
