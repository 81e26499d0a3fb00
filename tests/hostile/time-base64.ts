// Encoded bytes.
// outcome: stopped cpu_limit_exceeded
import { createAction } from 'nango';

export default createAction({
    description: 'hostile',
    exec: async () => {
        const text = 'x'.repeat(1_000_000);
        for (;;) atob(btoa(text));
    },
});
