// Typed arrays.
// outcome: stopped heap_limit_exceeded
// limits: cpu=5s heap=32MiB
// peak: 1700MB
import { createAction } from 'nango';

export default createAction({
    description: 'hostile',
    exec: async () => {
        const all: unknown[] = [];
        for (;;) all.push(new Float64Array(100_000));
    },
});
