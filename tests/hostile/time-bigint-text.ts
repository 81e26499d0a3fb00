// Big integers as text.
// outcome: stopped cpu_limit_exceeded
import { createAction } from 'nango';

export default createAction({
    description: 'hostile',
    exec: async () => {
        for (;;) (1n << 8_000_000n).toString();
    },
});
