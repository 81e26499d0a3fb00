// Text as big integers.
// outcome: stopped cpu_limit_exceeded
import { createAction } from 'nango';

export default createAction({
    description: 'hostile',
    exec: async () => {
        const digits = '7'.repeat(2_000_000);
        for (;;) BigInt(digits);
    },
});
