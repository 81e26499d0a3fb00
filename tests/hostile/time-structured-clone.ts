// Clones.
// outcome: stopped cpu_limit_exceeded
import { createAction } from 'nango';

export default createAction({
    description: 'hostile',
    exec: async () => {
        const value = Array.from({ length: 100_000 }, (_, i) => ({ i }));
        for (;;) structuredClone(value);
    },
});
